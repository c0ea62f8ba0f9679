"""Docstrings whose common parts are written once."""

import re
import textwrap
from collections.abc import Callable
from typing import TypeVar

WIDTH = 120

Function = TypeVar("Function", bound=Callable[..., object])


def filled(**texts: str) -> Callable[[Function], Function]:
    """Return a decorator that puts texts in place of their names in braces, as ``{notes}``, in a docstring.

    Lines of a text are indented as the line of its name is, and wrapped where they are too long. Other braces stay.

    Parameters
    ----------
    **texts
        Any that the docstring has no place for are left out, so that functions can share one set.

    Examples
    --------
    >>> @filled(name="Simple", rest="unused")
    ... def function():
    ...     "{name} is one of {'simple', 'hard'}."
    >>> function.__doc__
    "Simple is one of {'simple', 'hard'}."
    """

    def fill(function: Function) -> Function:
        # Under python -OO there are no docstrings.
        if function.__doc__ is not None:
            lines = function.__doc__.split("\n")
            function.__doc__ = "\n".join(text for line in lines for text in _lines(line, texts))
        return function

    return fill


def _lines(line: str, texts: dict[str, str]) -> list[str]:
    """Return the lines that stand in place of one."""
    new = re.sub(r"\{(\w+)\}", lambda found: texts.get(found[1], found[0]), line)
    if new == line:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    first, *rest = new.split("\n")
    return [short for text in (first, *(indent + text for text in rest)) for short in _wrapped(text)]


def _wrapped(text: str) -> list[str]:
    indent = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
