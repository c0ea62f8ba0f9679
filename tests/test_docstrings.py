"""Docstrings whose common parts are filled in: nothing is left to fill in, and every parameter is described."""

import inspect
import re

import pytest

import csindex as csi
from csindex.docstrings import WIDTH, filled

FUNCTIONS = {
    f"{place.__name__}.{name}": getattr(place, name)
    for place in (csi, csi.plot, csi.datasets)
    for name in getattr(place, "__all__", ())
    if inspect.isfunction(getattr(place, name))
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_is_described_and_no_place_is_empty(name):
    function = FUNCTIONS[name]
    text = inspect.getdoc(function)
    assert re.findall(r"\{[a-z_]+\}", text) == []
    described = re.search(r"^Parameters\n-+\n(.*?)(?=\n\n\w+\n-+\n|\Z)", text, re.MULTILINE | re.DOTALL)
    names = re.findall(r"^[\w*][\w*, ]*", described[1], re.MULTILINE) if described else []
    found = {part.strip().lstrip("*") for line in names for part in line.split(",")}
    assert set(inspect.signature(function).parameters) - found == set()


def test_lines_are_indented_and_wrapped():
    @filled(long="word " * 60, short="one\n    two")
    def function():
        """Say something.

        {short}
        {long}
        {other} and {'this'} stay.
        """

    lines = function.__doc__.split("\n")
    indent = " " * (len(lines[2]) - len(lines[2].lstrip()))
    assert lines[2:4] == [f"{indent}one", f"{indent}    two"]
    assert all(line.startswith(f"{indent}word") and len(line) <= WIDTH for line in lines[4:7])
    assert lines[-2] == f"{indent}{{other}} and {{'this'}} stay."


def test_functions_without_docstrings_stay_as_they_are():
    def function():
        pass

    assert filled(text="anything")(function) is function
    assert function.__doc__ is None
