from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, kw_only=True, slots=True)
class RowTexts:
    """What a list writes below the names of certificates, by the certificate's id."""

    names: dict[int, list[str]]
    labels: dict[int, list[str]]


def read_row_texts(certificate_ids: Sequence[int], *, most_names: int) -> RowTexts:
    """The first alternative names of each certificate, which may have thousands, and its labels.

    Written out, because Django spends several times longer on writing these questions than the
    database does on answering them, and every page of the inventory asks them.
    """
    if not certificate_ids:
        return RowTexts(names={}, labels={})
    places = ", ".join(["%s"] * len(certificate_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT certificate_id, value FROM ("  # noqa: S608  (places for values)
            " SELECT id, certificate_id, value,"
            " ROW_NUMBER() OVER (PARTITION BY certificate_id ORDER BY id) AS place"
            f" FROM certificates_alternativename WHERE certificate_id IN ({places})"
            ") ranked WHERE place <= %s ORDER BY certificate_id, id",
            [*certificate_ids, most_names],
        )
        names = _grouped(cursor.fetchall())
        cursor.execute(
            "SELECT put_on.certificate_id, label.name"  # noqa: S608  (places for values)
            " FROM certificates_certificate_labels put_on"
            " JOIN certificates_label label ON label.id = put_on.label_id"
            f" WHERE put_on.certificate_id IN ({places}) ORDER BY label.name",
            [*certificate_ids],
        )
        return RowTexts(names=names, labels=_grouped(cursor.fetchall()))


def _grouped(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = {}
    for key, text in pairs:
        groups.setdefault(key, []).append(text)
    return groups
