"""Every word that a model can hold has its line in the table of states."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from certificates.models import Lifecycle, Outcome, Standing
from endpoints.models import EndpointStanding
from jobs.models import JobState
from pki.findings import Severity
from pki.verify.report import CheckResult
from truststores.models import Role, Verdict
from ui.states import STATES, State, state_of
from ui.templatetags.ui import icon, state

FOLDER = Path(__file__).resolve().parents[2]
WORDS = {
    *Lifecycle.values,
    *Outcome.values,
    *Standing.values,
    *JobState.values,
    *Role.values,
    *Verdict.values,
    *EndpointStanding.values,
    *(severity.value for severity in Severity),
    *(result.value for result in CheckResult),
    *("fresh", "stale", "missing", "future", "unusable"),
    *("valid", "expired", "not_yet_valid", "expiring"),
}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_it_has_a_line_for_every_word(word: str) -> None:
    assert word in STATES


@pytest.mark.parametrize("word", sorted(STATES))
def test_it_shows_word_shape_and_colour(word: str) -> None:
    shown = state(word)
    assert f">{STATES[word].label}</span>" in shown
    assert f"state-{STATES[word].tone}" in shown
    assert "<svg" in shown


@pytest.mark.parametrize(
    "beside_each_other",
    [
        Standing.values,
        Verdict.values,
        EndpointStanding.values,
        JobState.values,
        Outcome.values,
        [*CheckResult],
    ],
)
def test_it_tells_states_that_stand_beside_each_other_apart_by_shape(
    beside_each_other: list[str],
) -> None:
    shown: dict[str, State] = {str(word): STATES[str(word)] for word in beside_each_other}
    assert len({one.icon for one in shown.values()}) == len(shown)


def test_it_shows_an_unknown_word_as_it_is_and_escaped() -> None:
    assert state_of("half_done").label == "Half done"
    assert "<b>" not in state("<b>")


def test_every_tone_has_its_colours() -> None:
    blocks = (FOLDER / "static" / "css" / "components.css").read_text()
    for tone in {one.tone for one in STATES.values()}:
        assert re.search(rf"\.state-{tone}\b", blocks)


def test_every_icon_of_the_navigation_exists() -> None:
    for group in settings.NAVIGATION:
        for item in group.items:
            assert "<svg" in icon(item.icon)
