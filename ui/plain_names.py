"""Names that people type, and that others read in lists, files and mails."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from pki.names import is_plain, visible

_SHOWN = 60


def plain_name(text: str, what: str = "The name") -> str:
    """The name as it is, or whatever else people call a thing by: `what` says so in the sentence.

    Raises `ValidationError` where a character of it acts instead of showing.

    Names out of certificates hold anything and are shown with escapes; one that is typed can be
    put right at once.
    """
    if is_plain(text):
        return text
    raise ValidationError(
        f"{what} holds a character that cannot be seen: {visible(text)[:_SHOWN]}. Type it anew."
    )
