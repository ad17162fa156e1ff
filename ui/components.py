"""How a function becomes a component: a tag that gives safe HTML."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.template import Context, Library, Node, TemplateSyntaxError, Variable
from django.template.base import FilterExpression, Parser, TextNode, Token

Shown = TypeVar("Shown", bound=Callable[..., str])


class _Component(Node):
    """A component where a template shows it."""

    def __init__(self, shown: Callable[..., str], arguments: Sequence[FilterExpression]) -> None:
        self.shown = shown
        self.arguments = arguments

    def render(self, context: Context) -> str:
        return self.shown(*[one.resolve(context) for one in self.arguments])


def component_of(library: Library) -> Callable[[Shown], Shown]:
    """The decorator that registers a function with a library as a tag of its name.

    `simple_tag` also knows keywords, variables and escaping, which costs a page of rows more than
    most components do. One whose arguments all stand in the template is shown when that is read.
    """

    def component(shown: Shown) -> Shown:
        def read(parser: Parser, token: Token) -> Node:
            name, *words = token.split_contents()
            arguments = [parser.compile_filter(word) for word in words]
            try:
                inspect.signature(shown).bind(*arguments)
            except TypeError as wrong:
                raise TemplateSyntaxError(f"{name}: {wrong}") from wrong
            if all(map(_is_written, arguments)):
                return TextNode(shown(*[one.resolve(Context()) for one in arguments]))
            return _Component(shown, arguments)

        library.tag(shown.__name__, read)
        return shown

    return component


def _is_written(argument: FilterExpression) -> bool:
    """Whether an argument stands in the template as it is."""
    return not isinstance(argument.var, Variable) and not argument.filters
