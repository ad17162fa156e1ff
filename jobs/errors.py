"""How a run may end other than well, each with what the page needs to say why."""

from __future__ import annotations


class JobFailure(Exception):
    """An expected end with a reason: the code has a sentence in `jobs.error_texts`."""

    def __init__(self, code: str, **data: str | int) -> None:
        self.code = code
        self.data = data
        super().__init__(code, data)


class JobCancelled(Exception):
    """Somebody asked for the job to end; the work of the current transaction is undone."""


class LeaseLost(Exception):
    """Another worker has the job, or it has ended: this one must leave without a trace."""
