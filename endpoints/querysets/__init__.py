"""Named questions to the rows of this app."""
