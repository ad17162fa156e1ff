"""CRLs from outside are judged in a child process that is killed when they cost too much.

`pki.sandbox` reads what a file holds. This one answers the next question, whether a CRL may be used
in place of those in use, which verifies signatures over bytes that somebody else chose.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pki.crl_acceptance.refusals import CrlState, Refusal, Why
from pki.distribution import PointName
from pki.errors import SandboxKilled
from pki.limits import DEFAULT, MEBIBYTE, Limits
from pki.sandbox.crls_child import encode_question
from pki.sandbox.process import run_child

# A page waits for the answer to an upload. A CRL of 64 MiB is judged in about four seconds.
CRL_LIMITS = dataclasses.replace(DEFAULT, sandbox_cpu_seconds=20, sandbox_wall_seconds=30.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class CrlQuestion:
    """A candidate, who may have issued it, and what is in use of the same issuer.

    `held` are the DER CRLs in use whose issuer has the candidate's issuer's name; which of them it
    would replace is found out. `points` are the names of the distribution points that led to it,
    empty where nobody asks.
    """

    candidate: bytes
    issuers: Sequence[bytes]
    held: Sequence[bytes]
    moment: datetime
    points: Sequence[PointName] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CrlAnswer:
    """What is to be said of a candidate.

    `superseded` are places in `held` whose CRLs go when it is taken; `signer` is the SHA-256 of the
    certificate whose key signed it. `unchanged`: it is one of those in use.
    """

    refusals: tuple[Refusal, ...]
    state: CrlState | None
    signer: str
    unchanged: bool
    superseded: tuple[int, ...]

    @property
    def accepted(self) -> bool:
        """Whether it may be used."""
        return not self.refusals


def judge_crl(question: CrlQuestion, *, limits: Limits = CRL_LIMITS) -> CrlAnswer:
    """What `pki.crl_acceptance.accept.accept_crl` says of the candidate, said in a child.

    It is compared with the CRL in use that has its scope and its key: lists of other partitions,
    and of the former key of a CA, stay beside it. Raises `SandboxKilled` (`time`, `memory`,
    `crash`).
    """
    request = encode_question(
        candidate=question.candidate,
        issuers=question.issuers,
        held=question.held,
        moment=question.moment,
        points=question.points,
        limits=limits,
        parent=os.getpid(),
    )
    answer = run_child("pki.sandbox.crls_child", request, limits, largest_answer=MEBIBYTE)
    try:
        return _answer(json.loads(answer), len(question.held))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SandboxKilled(why="crash") from error


def _answer(said: object, held: int) -> CrlAnswer:
    """The answer; the sender may have been taken over by what it read, so each type is checked."""
    if not isinstance(said, dict):
        raise TypeError("no object")
    signer, unchanged, superseded = said["signer"], said["unchanged"], said["superseded"]
    if type(signer) is not str or len(signer) > 64 or type(unchanged) is not bool:
        raise TypeError("wrong types")
    if type(superseded) is not list or not all(
        type(place) is int and 0 <= place < held for place in superseded
    ):
        raise TypeError("wrong places")
    return CrlAnswer(
        refusals=tuple(_refusal(one) for one in said["refusals"]),
        state=None if said["state"] is None else CrlState(said["state"]),
        signer=signer,
        unchanged=unchanged,
        superseded=tuple(superseded),
    )


def _refusal(said: object) -> Refusal:
    if not isinstance(said, list) or len(said) != 2 or not isinstance(said[1], dict):
        raise TypeError("no refusal")
    data = said[1]
    if not all(type(value) in (str, int) for value in data.values()):
        raise TypeError("wrong data")
    return Refusal(why=Why(said[0]), data=tuple(sorted(data.items())))
