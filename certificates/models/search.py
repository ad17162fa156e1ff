"""The text field of the search table and the look-up that its index serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
    _TextLookup = Lookup[str]
else:
    # Django's classes take no type arguments when the program runs.
    _TextField = models.TextField
    _TextLookup = Lookup

# An index of trigrams finds nothing for less.
SHORTEST_INDEXED = 3


class SearchableTextField(_TextField):
    """Text in an index of trigrams; ask for it by `__holds`."""


@SearchableTextField.register_lookup
class Holds(_TextLookup):
    """Whether every word of the value occurs in the text, in any case.

    Django's `icontains` does not use the FTS5 index of SQLite, MATCH does. Words shorter than a
    trigram only narrow what the longer ones found; at least one must be long enough.
    """

    lookup_name = "holds"

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        text, params = self._text(compiler, connection)
        long, short = self._words()
        phrases = " ".join('"' + word.replace('"', '""') + '"' for word in long)
        likes = "".join(f" AND {text} LIKE %s ESCAPE '\\'" for _ in short)
        values = [f"%{_escaped(word)}%" for word in short]
        return f"({text} MATCH %s{likes})", [*params, phrases, *(params * len(short)), *values]

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        text, params = self._text(compiler, connection)
        long, short = self._words()
        words = [*long, *short]
        likes = " AND ".join(f"UPPER({text}) LIKE UPPER(%s)" for _ in words)
        values = (f"%{_escaped(word)}%" for word in words)
        return f"({likes})", (*(params * len(words)), *values)

    def _text(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        text, params = self.process_lhs(compiler, connection)
        return text, list(params)

    def _words(self) -> tuple[list[str], list[str]]:
        words = str(self.rhs).split()
        long = [word for word in words if len(word) >= SHORTEST_INDEXED]
        short = [word for word in words if len(word) < SHORTEST_INDEXED]
        return long, short


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
