"""What the key store refuses to do, with the sentence for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ui.uses import Use

REFUSALS: dict[str, tuple[str, str]] = {
    "key.state_forbids": (
        "The key “{name}” is {state}, so it is not used for this.",
        "Its page shows its state, when it changed and why.",
    ),
    "key.seal_broken": (
        "The stored bytes of the key “{name}” are not those that were sealed for it: they were "
        "swapped, changed or put back from elsewhere. They were not used.",
        "Tell the administrator: this does not happen by itself. A back-up may hold the right ones.",
    ),
    "key.state_forged": (
        "The key “{name}” is marked as {state}, but the audit log says otherwise. It was not used.",
        "Tell the administrator: its row was changed behind the console.",
    ),
    "key.kek_missing": (
        "The key “{name}” is sealed with a key-encryption key that is not here.",
        "The administrator has to bring that key back.",
    ),
    "key.transition_forbidden": (
        "A key that is {before} cannot become {after}.",
        "",
    ),
    "key.destroyed_before": (
        "This key was destroyed here, as “{name}”, and is not taken back.",
        "Make a new key.",
    ),
}


class KeyRefused(Exception):
    """A private key that is not used, not kept or not changed. Data: what the sentence names."""

    def __init__(self, code: str, **data: str) -> None:
        self.code = code
        self.data = data
        super().__init__(code)

    @property
    def says(self) -> str:
        return REFUSALS[self.code][0].format_map(defaultdict(lambda: "?", self.data))

    @property
    def advice(self) -> str:
        return REFUSALS[self.code][1]


class KeyNeeded(Exception):
    """A key would be lost for something that works with it, and nobody has seen what that is."""

    def __init__(self, holders: Sequence[Use]) -> None:
        self.holders = tuple(holders)
        super().__init__("key.needed")
