"""Named questions to the trust stores and reports."""
