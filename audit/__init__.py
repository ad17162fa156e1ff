"""Who did what and when: a chained log, written in the transaction of the act."""
