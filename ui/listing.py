"""Lists: declared once, filtered, sorted and paged on the server, all state in the query string.

Pages are cut by key and not by number: the next page begins after the last row's (sort key, id),
which an index finds at once wherever it is. Rows without a sort key stand last in either
direction.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlencode

import django_filters  # type: ignore[import-untyped]  # ships no types
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Field, Model, Q, QuerySet, Value
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict

COUNT_BOUND = 10_000
_LONGEST_CURSOR = 2_000
_PLACES = ("after", "before", "last")

RowT = TypeVar("RowT", bound=Model)
QuerySetT = TypeVar("QuerySetT", bound="QuerySet[Any]")
Place = Literal["first", "last", "after", "before"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a list. `sort` is the model field (also across `__`) it sorts by, or empty.

    `kind` names the CSS class of its cells: `number`, `moment`, `state`, `actions`.
    """

    name: str
    label: str
    sort: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorting:
    """By which column, and which way."""

    column: Column
    descending: bool

    @property
    def word(self) -> str:
        return f"-{self.column.name}" if self.descending else self.column.name


@dataclass(frozen=True, kw_only=True)
class ListPage(Generic[RowT]):
    """One page of a list, and the addresses of what lies around it (empty where nothing does).

    `count` is bounded: with `count_is_bound` there are more. `filters` is the form of the filter
    set, None for a list without one.
    """

    rows: list[RowT]
    columns: Sequence[Column]
    filters: BaseForm | None
    count: int
    count_is_bound: bool
    sorting: Sorting
    path: str
    query: QueryDict
    first_url: str
    previous_url: str
    next_url: str
    last_url: str

    @property
    def sort(self) -> str:
        return self.sorting.word

    @property
    def count_text(self) -> str:
        return f"{self.count:,}{'+' if self.count_is_bound else ''}"

    @property
    def is_filtered(self) -> bool:
        if self.filters is None:
            return False
        return any(self.query.get(name) for name in self.filters.fields)

    @property
    def clear_url(self) -> str:
        """The list without filters, sorted as it is."""
        sort = self.query.get("sort")
        return f"{self.path}?sort={sort}" if sort == self.sort else self.path

    def sort_url(self, column: Column) -> str:
        """The list sorted by that column; the other way round when it already is."""
        turn = self.sorting.column == column and not self.sorting.descending
        return _address(self.path, self.query, sort=f"-{column.name}" if turn else column.name)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The declaration of a list: its columns, its filters and how it is sorted unless asked."""

    columns: Sequence[Column]
    default_sort: str
    filterset: type[django_filters.FilterSet] | None = None
    per_page: int = 50

    def page(self, request: HttpRequest, queryset: QuerySet[RowT]) -> ListPage[RowT]:
        """The page that the query string asks for. A parameter without sense counts as absent."""
        query = request.GET
        filters, found = self._filtered(request, queryset)
        sorting = self._sorting(query.get("sort", ""))
        key = _SortKey(model=queryset.model, path=sorting.column.sort, down=sorting.descending)
        cut = self._cut(found, key, query)
        whole = not cut.has_previous and not cut.has_next
        counted = len(cut.rows) if whole else found.order_by()[: COUNT_BOUND + 1].count()

        def at(place: Place, cursor: str = "") -> str:
            return _address(
                request.path, query, **({} if place == "first" else {place: cursor or "1"})
            )

        rows = cut.rows
        return ListPage(
            rows=rows,
            columns=self.columns,
            filters=filters,
            count=min(counted, COUNT_BOUND),
            count_is_bound=counted > COUNT_BOUND,
            sorting=sorting,
            path=request.path,
            query=query,
            first_url=at("first") if cut.has_previous else "",
            previous_url=at("before", key.cursor(rows[0])) if rows and cut.has_previous else "",
            next_url=at("after", key.cursor(rows[-1])) if rows and cut.has_next else "",
            last_url=at("last") if cut.has_next else "",
        )

    def found(self, request: HttpRequest, queryset: QuerySetT) -> QuerySetT:
        """Everything that the query string asks for, in its order: for a file and not for a page."""
        _, found = self._filtered(request, queryset)
        sorting = self._sorting(request.GET.get("sort", ""))
        key = _SortKey(model=queryset.model, path=sorting.column.sort, down=sorting.descending)
        return found.order_by(*key.order())  # type: ignore[return-value]  # the filters keep the class

    def _filtered(
        self, request: HttpRequest, queryset: QuerySet[RowT]
    ) -> tuple[BaseForm | None, QuerySet[RowT]]:
        if self.filterset is None:
            return None, queryset
        filterset = self.filterset(request.GET, queryset=queryset, request=request)
        form: BaseForm = filterset.form
        if not form.is_valid():
            # The mistake stands beside its field; rows that nobody asked for would hide it.
            return form, queryset.none()
        return form, filterset.qs

    def _sorting(self, word: str) -> Sorting:
        for wanted in (word, self.default_sort):
            name = wanted.removeprefix("-")
            for column in self.columns:
                if column.sort and column.name == name:
                    return Sorting(column=column, descending=wanted.startswith("-"))
        raise ValueError(f"No sortable column is named {self.default_sort!r}.")

    def _cut(self, found: QuerySet[RowT], key: _SortKey, query: QueryDict) -> _Cut[RowT]:
        size = self.per_page
        after, before = key.position(query.get("after", "")), key.position(query.get("before", ""))
        if after is not None:
            rows = list(found.filter(key.after(after)).order_by(*key.order())[: size + 1])
            if rows:
                return _Cut(rows=rows[:size], has_previous=True, has_next=len(rows) > size)
        if before is not None:
            rows = list(found.filter(key.before(before)).order_by(*key.backwards())[: size + 1])
            if len(rows) > size:
                return _Cut(rows=rows[size - 1 :: -1], has_previous=True, has_next=True)
        if after is not None or "last" in query:
            rows = list(found.order_by(*key.backwards())[: size + 1])
            return _Cut(rows=rows[:size][::-1], has_previous=len(rows) > size, has_next=False)
        rows = list(found.order_by(*key.order())[: size + 1])
        return _Cut(rows=rows[:size], has_previous=False, has_next=len(rows) > size)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cut(Generic[RowT]):
    rows: list[RowT]
    has_previous: bool
    has_next: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Position:
    """Where a page begins or ends: beside the row with this sort key and this id."""

    key: Any
    pk: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class _SortKey:
    """The pair (field, id) by which a list is sorted."""

    model: type[Model]
    path: str
    down: bool

    def field(self) -> Field[Any, Any]:
        model: type[Model] = self.model
        *steps, last = self.path.split("__")
        for step in steps:
            related = model._meta.get_field(step).related_model
            if related is None or isinstance(related, str):
                raise FieldDoesNotExist(f"{self.path} does not lead to a field.")
            model = related
        field = model._meta.get_field(last)
        if not isinstance(field, Field):
            raise FieldDoesNotExist(f"{self.path} is no field of a row.")
        return field

    def order(self) -> list[Any]:
        nullable = True if self._may_be_null() else None
        key = F(self.path)
        pk = F("pk")
        if self.down:
            return [key.desc(nulls_last=nullable), pk.desc()]
        return [key.asc(nulls_last=nullable), pk.asc()]

    def backwards(self) -> list[Any]:
        return [ordered.reverse_ordering() for ordered in self.order()]

    def after(self, position: _Position) -> Q:
        """The rows behind that position, in the order of the list."""
        if position.key is None:
            return Q(**{f"{self.path}__isnull": True}) & self._beside("pk", position, not self.down)
        behind = Q(self._compared(position, not self.down))
        return behind | Q(**{f"{self.path}__isnull": True}) if self._may_be_null() else behind

    def before(self, position: _Position) -> Q:
        """The rows in front of that position, in the order of the list."""
        if position.key is None:
            nulls = Q(**{f"{self.path}__isnull": True}) & self._beside("pk", position, self.down)
            return Q(**{f"{self.path}__isnull": False}) | nulls
        return Q(self._compared(position, self.down))

    def cursor(self, row: Model) -> str:
        """The position of a row, as text for an address."""
        key: Any = row
        for step in self.path.split("__"):
            key = getattr(key, step) if key is not None else None
        written = json.dumps([_plain(key), _plain(row.pk)], separators=(",", ":"))
        return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")

    def position(self, cursor: str) -> _Position | None:
        """What `cursor` wrote; None where it is empty or somebody else's invention."""
        if not cursor or len(cursor) > _LONGEST_CURSOR:
            return None
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            key, pk = json.loads(base64.urlsafe_b64decode(padded))
            pk_field = self.model._meta.pk
            return _Position(
                key=None if key is None and self._may_be_null() else _value(self.field(), key),
                pk=_value(pk_field, pk),
            )
        except (binascii.Error, UnicodeError, ValueError, TypeError, ValidationError):
            return None

    def _may_be_null(self) -> bool:
        return self.field().null or "__" in self.path

    def _beside(self, name: str, position: _Position, greater: bool) -> Q:
        return Q(**{f"{name}__{'gt' if greater else 'lt'}": position.pk})

    def _compared(self, position: _Position, greater: bool) -> RowComparison:
        return RowComparison(
            F(self.path),
            F("pk"),
            Value(position.key, output_field=self.field()),
            Value(position.pk, output_field=self.model._meta.pk),
            greater=greater,
        )


class RowComparison(Func):
    """`(a, b) > (c, d)`: the one form of this question that an index on (a, b) answers at once."""

    output_field = BooleanField()

    def __init__(self, *expressions: Any, greater: bool) -> None:
        super().__init__(*expressions)
        self.greater = greater

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        written: list[str] = []
        params: list[str | int] = []
        for expression in self.source_expressions:
            sql, its_params = compiler.compile(expression)
            written.append(sql)
            params.extend(its_params)
        key, pk, that_key, that_pk = written
        sign = ">" if self.greater else "<"
        return f"({key}, {pk}) {sign} ({that_key}, {that_pk})", tuple(params)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _value(field: Field[Any, Any], plain: object) -> Any:
    if isinstance(plain, str) and "\x00" in plain:
        raise ValueError("No column holds NUL.")
    value = field.to_python(plain)
    if value is None:
        raise ValueError("A position needs a value.")
    field.run_validators(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("A moment needs its zone.")
    return value


def _address(path: str, query: QueryDict, **changes: str) -> str:
    """The address of this list with another place or order: the filters stay, the place goes."""
    kept = {
        name: values
        for name, values in query.lists()
        if name not in _PLACES and any(values) and name not in changes
    }
    kept |= {name: [value] for name, value in changes.items()}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path
