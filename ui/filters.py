"""What every list's filters are made from."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import Any, ClassVar

import django_filters  # type: ignore[import-untyped]  # ships no types
from django.forms import Form


class _Declared(OrderedDict[str, Any]):
    """The filters of a class. What an instance takes as its own shares what was declared."""

    def __deepcopy__(self, memo: dict[int, Any]) -> OrderedDict[str, Any]:
        own = OrderedDict((name, copy.copy(declared)) for name, declared in self.items())
        for one in own.values():
            if one.method is not None:
                one.method = one.method  # Bound to the filter, so it is bound again.
        return own


class Filters(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """The filters of a list.

    django-filter copies the declarations in depth and makes a class of form for every request. Here
    they are shared, and the form is one class, of which Django makes each request an instance with
    fields of its own.
    """

    _forms: ClassVar[dict[type[Filters], type[Form]]] = {}

    @classmethod
    def get_filters(cls) -> _Declared:
        return _Declared(super().get_filters())

    def get_form_class(self) -> type[Form]:
        known = self._forms.get(type(self))
        return known or self._forms.setdefault(type(self), super().get_form_class())
