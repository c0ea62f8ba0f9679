"""Feedback between constructs, and the instruments of the equations in it."""

import numpy as np
import pytest

import csindex as csi
from csindex.errors import ModelError
from csindex.model.design import design_of
from csindex.model.feedback import closure

MEASURED = "; ".join(f"{name} =~ {name.lower()}1 + {name.lower()}2" for name in "ABCDEF")
LOOP = MEASURED + "; C ~ A + D; D ~ B + C; E ~ D; F ~ E + C"


def loop(**arguments):
    return csi.Model.parse(LOOP, target="F", feedback=True, **arguments)


def test_a_cycle_must_be_meant():
    with pytest.raises(ModelError, match=r"form a cycle: C -> D -> C|form a cycle: D -> C -> D.*feedback=True"):
        csi.Model.parse(LOOP, target="F")
    assert loop().feedback


def test_saying_so_changes_nothing_without_a_cycle():
    text = MEASURED + "; B ~ A; C ~ B; D ~ C; E ~ D; F ~ E"
    plain, said = (design_of(csi.Model.parse(text, target="F", feedback=feedback)) for feedback in (False, True))
    assert plain.order == said.order
    assert said.instruments == (None,) * 6
    assert not said.loops.any()


def test_instruments_are_what_leads_into_the_loop():
    design = design_of(loop())
    names = [None if z is None else "".join("ABCDEF"[i] for i in z) for z in design.instruments]
    assert names == [None, None, "AB", "AB", None, None]
    assert design.loops[2, 3]
    assert design.loops[3, 2]
    assert design.loops.sum() == 2


def test_order_reaches_and_detours():
    design = design_of(loop())
    assert sorted(design.order[:2]) == [0, 1]
    assert sorted(design.order[2:4]) == [2, 3]
    assert design.order[4:] == (4, 5)
    assert not design.reaches.diagonal().any()
    assert design.reaches[2].nonzero()[0].tolist() == [0, 1, 3]
    assert design.reaches[5].nonzero()[0].tolist() == [0, 1, 2, 3, 4]
    # A acts on C also by way of D: around the loop.
    assert design.detours[2].nonzero()[0].tolist() == [0, 1, 3]


def test_closure_is_the_sum_of_powers():
    rng = np.random.default_rng(1)
    links = rng.random((7, 7)) < 0.2
    power, expected = links.copy(), links.copy()
    for _ in range(7):
        power = (power.astype(int) @ links.astype(int)) > 0
        expected |= power
    np.testing.assert_array_equal(closure(links), expected)


@pytest.mark.parametrize(
    ("paths", "parts"),
    [
        (
            "C ~ A + D; D ~ C",
            r"equation of 'C'.*'D' needs 1 instrument that is not in the equation.*are none: 1 missing",
        ),
        ("C ~ D; D ~ C", r"are none: 1 missing.*act on the loop, but not directly on 'C'"),
        (
            "C ~ D + E; D ~ C + A; E ~ C + D",
            r"equation of 'C'.*'D', 'E' need 2 instruments.*there is 1 \('A'\): 1 missing",
        ),
    ],
)
def test_an_equation_needs_as_many_instruments_as_it_has_endogenous_sources(paths, parts):
    used = sorted({name for name in paths if name.isupper()})
    measured = "; ".join(f"{name} =~ {name.lower()}" for name in used)
    with pytest.raises(ModelError, match=parts):
        csi.Model.parse(f"{measured}; {paths}", target="C", feedback=True)


RECURSIVE = "A =~ a; B =~ b; C =~ c; D =~ d; B ~ A; C ~ A + B; D ~ C"


def test_instruments_by_choice():
    text = "Z =~ z; " + RECURSIVE.replace("B ~ A;", "B ~ A + Z;")
    model = csi.Model.parse(text, target="D", instruments={"C": ["A", "Z"]})
    design = design_of(model)
    assert design.instruments[3].tolist() == [1, 0]
    assert [z is None for z in design.instruments] == [True, True, True, False, True]
    assert hash(model) == hash(csi.Model.parse(text, target="D", instruments={"C": ("A", "Z")}))


@pytest.mark.parametrize(
    ("instruments", "parts"),
    [
        ({"C": ["A"]}, r"equation of 'C'.*'B' needs 1 instrument.*1 missing"),
        ({"C": ["A", "D"]}, r"'D' cannot be an instrument of 'C', on which it depends"),
        ({"C": ["A", "C"]}, r"'C' cannot be an instrument of 'C'"),
        ({"C": ["A", "X"]}, r"instrument 'X' of 'C' is not a construct.*A, B, C, D"),
        ({"A": ["B"]}, r"given for 'A', which is no construct that depends"),
        ({"X": ["B"]}, r"given for 'X'"),
        ("C", r"must be a mapping"),
        ({"C": 3}, r"instruments of 'C'.*list of texts"),
    ],
)
def test_instruments_that_cannot_be(instruments, parts):
    with pytest.raises(ModelError, match=parts):
        csi.Model.parse(RECURSIVE, target="D", instruments=instruments)


def test_yaml_keeps_feedback_and_instruments():
    model = loop(instruments={"C": ["A", "B"], "E": ["A", "B"]})
    text = model.to_yaml()
    assert csi.Model.from_yaml(text) == model
    assert "feedback: true" in text
    assert "feedback" not in csi.acsi().to_yaml()
    with pytest.raises(ModelError, match=r"feedback='maybe' must be True or False"):
        csi.Model.from_yaml(text.replace("feedback: true", "feedback: maybe"))


def test_renaming_keeps_them():
    model = loop(instruments={"E": ["A", "B"]}).rename({"a1": "x"}).with_modes({"A": "B"})
    assert model.feedback
    assert model.instruments == (("E", ("A", "B")),)
