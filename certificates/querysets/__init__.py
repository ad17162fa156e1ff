"""Named questions to the inventory."""
