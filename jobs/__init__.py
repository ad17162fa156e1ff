"""Long work: a row that is the truth, a message that is a hint, a lease, progress and a result."""
