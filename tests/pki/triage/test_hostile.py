"""Anything at all may be pasted: it is read in bounds, in linear time, and shown as what it is."""

from __future__ import annotations

import re
import re._parser as parser  # type: ignore[import-not-found]
import sys
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pki.triage.triage  # noqa: F401  (brings in every module that is examined below)
from pki.triage.lines import MOST_BYTES, MOST_LINES
from pki.triage.triage import LineState, triage
from tests.pki.triage.phrasings import ROWS

MODULES = [module for name, module in sys.modules.items() if name.startswith("pki.triage.")]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_it_never_raises_on_bytes(pasted: bytes) -> None:
    triage(pasted)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([row.line for row in ROWS]) | st.text(max_size=60), max_size=12))
def test_it_never_raises_on_lines_that_belong_to_different_logs(lines: list[str]) -> None:
    answer = triage("\n".join(lines))
    for line in answer.lines:
        for start, end in line.spans:
            assert 0 <= start < end <= len(line.text)
    for finding in answer.findings:
        assert finding.lines
        assert finding.code not in finding.also


def test_what_is_marked_is_what_was_recognised() -> None:
    [line] = triage(
        "\x1b[31mverify error:num=20\u202e:unable to get local issuer certificate"
    ).lines
    marked = [line.text[start:end] for start, end in line.spans]
    assert marked[0] == "verify error:num=20"
    assert "\x1b" not in line.text
    assert "\u202e" not in line.text
    assert "\\E2\\80\\AE" in line.text


def test_a_megabyte_in_one_line_is_read_to_its_bound() -> None:
    answer = triage("x" * 1_000_000 + " verify error:num=20:unable to get local issuer certificate")
    assert answer.left_out == 1
    assert len(answer.lines[0].text) <= MOST_BYTES
    assert [finding.code for finding in answer.findings] == ["verify.20"], "the end is what counts"


def test_the_newest_lines_are_read_and_keep_their_numbers() -> None:
    answer = triage("\n".join(["nothing"] * 4_999 + ["curl: (7) Failed to connect"]))
    assert len(answer.lines) == MOST_LINES
    assert answer.left_out == 3_000
    assert answer.findings[0].lines == (5_000,)


def test_nul_and_script_are_text() -> None:
    answer = triage(b"\x00<script>alert(48)</script>\x00 curl: (7) Failed to connect")
    [line] = answer.lines
    assert "\x00" not in line.text
    assert "<script>" in line.text
    assert answer.findings[0].code == "net.refused"


def test_many_findings_stay_bounded() -> None:
    answer = triage("\n".join(row.line for row in ROWS))
    assert len(answer.findings) == 12
    assert answer.unexplained > 20


@pytest.mark.parametrize(
    "line",
    [
        "verify error:num=20:x CN=a.example.org",
        "error {0} at {1} depth lookup",
        "-----BEGIN CERTIFICATE-----",
        "host{0}.example.org, CN=a{0}, serial={0:08x}",
    ],
)
def test_four_times_the_text_takes_no_more_than_its_share(line: str) -> None:
    """By counting what the interpreter does, which a busy machine does not change."""

    def work(lines: int) -> int:
        text = "\n".join(line.format(number % 104, number % 999) for number in range(lines))
        steps = 0

        def count(*_: object) -> None:
            nonlocal steps
            steps += 1

        sys.setprofile(count)
        try:
            triage(text)
        finally:
            sys.setprofile(None)
        return steps

    work(10)
    assert work(1_200) < 5 * work(300)


def test_unknown_lines_say_so() -> None:
    answer = triage(
        "Started Daily apt download activities.\n\nverify error:num=10:certificate expired"
    )
    assert [line.state for line in answer.lines] == [
        LineState.UNKNOWN,
        LineState.BLANK,
        LineState.RECOGNISED,
    ]
    assert answer.unknown == 1


def patterns() -> list[tuple[str, str]]:
    """Every regular expression in the modules of triage, with where it stands."""
    found = []

    def collect(where: str, value: Any) -> None:
        if isinstance(value, re.Pattern):
            found.append((where, value.pattern))
        elif isinstance(value, tuple | list):
            for one in value:
                collect(where, one)

    module: ModuleType
    for module in MODULES:
        for name, value in vars(module).items():
            collect(f"{module.__name__}.{name}", value)
    return found


def test_there_are_patterns_to_examine() -> None:
    assert len(patterns()) > 30


@pytest.mark.parametrize(("where", "pattern"), patterns(), ids=lambda text: text[-50:])
def test_no_pattern_repeats_a_repetition_without_bound(where: str, pattern: str) -> None:
    """A repetition inside a repetition, or one without bound, is what makes a search quadratic."""
    for depth, low, high in repetitions(parser.parse(pattern)):
        assert high != parser.MAXREPEAT, f"{where}: a repetition has no bound"
        assert depth == 0 or high <= 1 or low == high, f"{where}: a repetition inside a repetition"


def repetitions(parsed: Any, depth: int = 0) -> Any:
    for operation, argument in parsed:
        if operation in (parser.MAX_REPEAT, parser.MIN_REPEAT, parser.POSSESSIVE_REPEAT):
            low, high, inner = argument
            yield depth, low, high
            yield from repetitions(inner, depth + (1 if high > 1 else 0))
        elif operation is parser.SUBPATTERN:
            yield from repetitions(argument[-1], depth)
        elif operation is parser.BRANCH:
            for branch in argument[1]:
                yield from repetitions(branch, depth)
        elif operation in (parser.ASSERT, parser.ASSERT_NOT):
            yield from repetitions(argument[1], depth)
