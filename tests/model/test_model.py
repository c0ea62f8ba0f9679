"""What a model refuses, and what it keeps."""

import dataclasses
from pathlib import Path as FilePath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import csindex as csi
from csindex.model.design import design_of

SMALL = "Quality =~ q1 + q2; Satisfaction =~ s1 + s2; Satisfaction ~ Quality"


def two(**fields) -> csi.Model:
    """Return a model of two constructs, with some fields of `Model` set."""
    constructs = (csi.Construct("Quality", ["q1", "q2"]), csi.Construct("Satisfaction", ["s1"]))
    return csi.Model(**{"constructs": constructs, "paths": [("Quality", "Satisfaction")], **fields})


def raises(*parts: str, error: type[csi.CsindexError] = csi.ModelError):
    """Expect an error whose message holds all the parts, in this order."""
    return pytest.raises(error, match="(?s)" + ".*".join(map(_escaped, parts)))


def _escaped(part: str) -> str:
    import re

    return re.escape(part)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["no constructs", "Write e.g. 'Satisfaction =~"]),
        ("# only a comment", ["no constructs"]),
        (SMALL + "; q1 ~~ q2", ["line 1", "'q1 ~~ q2'", "covariances"]),
        (SMALL + "\nind := a*b", ["line 2", "defined parameters", "result.effects"]),
        ("Quality =~ a*q1 + q2", ["line 1", "'a*q1' is not a name", "reversed="]),
        ("Quality =~ 1*q1 + q2", ["'1*q1' is not a name", "mode='fixed'"]),
        (SMALL + "\nSatisfaction ~ 1", ["line 2", "'1' is not a name"]),
        (SMALL + "\nSatisfaction ~ Quality:Value", ["interaction Quality:Value", "no construct 'Value'"]),
        ("Quality =~ q 1 + q2", ["'q 1' is not a name", "joined by '+'"]),
        ("Quality =~ 1q + q2", ["'1q' is not a name"]),
        ("Quality =~ 'q1' + q2", ["is not a name"]),
        ("Quality =~ q1 - q2", ["'q1 - q2' is not a name"]),
        ("Quality =~ q1, q2", ["'q1, q2' is not a name"]),
        ("Quality =~ q1 + + q2", ["'+' too many"]),
        ("Quality =~ q1 +\nSatisfaction =~ s1", ["'Satisfaction =~ s1'", "statement of its own", "'+' too many"]),
        # A semicolon ends a statement, whatever stands before it.
        ("Quality =~ q1 + ; Satisfaction =~ s1", ["line 1, 'Quality =~ q1 +'", "'+' too many"]),
        ("Quality =~ ; Satisfaction =~ s1", ["line 1, 'Quality =~' is not a statement"]),
        ("Quality = q1 + q2", ["'Quality = q1 + q2' is not a statement", "Construct =~ item"]),
        ("Quality =~ q1\nQuality <~ q2", ["line 2", "'Quality' is given both"]),
        (SMALL + "; Quality ~ Quality", ["Quality -> Quality", "cannot depend on itself"]),
        (SMALL + "; Quality ~ Satisfaction", ["cycle", "Quality -> Satisfaction -> Quality", "Take one"]),
        # Also without a construct that is called Satisfaction, so that the target is not clear either.
        ("A =~ a; B =~ b; C =~ c; B ~ A; C ~ B; A ~ C", ["cycle", "Take one"]),
        (SMALL + "; Satisfaction ~ Nothing", ["Nothing -> Satisfaction", "no construct 'Nothing'", "Quality"]),
        (SMALL + "; Satisfaction ~ Quality", ["Quality -> Satisfaction", "more than once"]),
        (SMALL + "; Value =~ v1", ["['Value']", "not connected", "Add a path"]),
        (SMALL + "; A =~ a; B =~ b; B ~ A", ["['A', 'B']", "not connected"]),
        ("A =~ a1; B =~ b1; C =~ c1; B ~ A; C ~ A", ["target is not clear", "A, B, C"]),
        ("Quality =~ q1 + q1; Satisfaction =~ s1; Satisfaction ~ Quality", ["'q1'", "more than once in 'Quality'"]),
        ("Quality =~ q1; Satisfaction =~ q1; Satisfaction ~ Quality", ["'q1' is used twice", "'Quality'", "'Satis"]),
        (
            "Quality =~ Value + q1; Value =~ v1; Value ~ Quality",
            ["'Value' names both an item and a construct", "all of them"],
        ),
        ("Quality =~ q1 + q2", ["'Quality' stands alone", "'first component'"]),
    ],
)
def test_text_that_cannot_be_a_model(text, parts):
    with raises(*parts):
        csi.Model.parse(text)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ({"scale": (10, 1)}, ["(10, 1) are swapped", "Write (1, 10)", "reversed="]),
        ({"scale": (1, 1)}, ["1 and 1", "different finite numbers"]),
        ({"scale": (1, float("nan"))}, ["finite"]),
        ({"scale": (1, 2, 3)}, ["two ends, e.g. (1, 10)"]),
        ({"scale": "19"}, ["two ends, e.g. (1, 10)", "'19'"]),
        ({"scale": None}, ["two ends"]),
        ({"scales": {"s2": (7, 1)}}, ["item 's2'", "(7, 1) are swapped"]),
        ({"scales": {"s9": (1, 7)}}, ["scales= names ['s9']"]),
        ({"scales": "s2"}, ["scales= must be a mapping"]),
        ({"reversed": ["s9"]}, ["reversed= names ['s9']"]),
        ({"modes": {"Value": "B"}}, ["modes= names ['Value']"]),
        ({"modes": ["B"]}, ["modes= must be a mapping"]),
        ({"modes": {"Quality": "fixed"}}, ["'Quality'", "weights= and mode='fixed' go together"]),
        ({"target": "Loyalty"}, ["target 'Loyalty'", "Quality, Satisfaction"]),
    ],
)
def test_arguments_of_parse(arguments, parts):
    with raises(*parts):
        csi.Model.parse(SMALL, **arguments)


def test_unknown_modes_name_the_construct_and_what_can_be_used():
    with raises("construct 'Quality': mode='C'", "'nonnegative B'"):
        csi.Model.parse(SMALL, modes={"Quality": "C"})


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: csi.Construct("Quality", []), ["'Quality' has no items"]),
        (lambda: csi.Construct("Quality", None), ["'Quality'", "list of texts"]),
        (lambda: csi.Construct("Quality", [1]), ["'Quality'", "non-empty text, not 1"]),
        (lambda: csi.Construct(" ", ["q1"]), ["name must be a non-empty text"]),
        (lambda: csi.Construct("A -> B", ["q1"]), ["one line without '->'"]),
        (lambda: csi.Construct("Quality", ["q1"], reversed=["q2"]), ["['q2'] are listed as reversed"]),
        (lambda: csi.Construct("Q", ["q1", "q2"], mode="fixed", weights=[1]), ["weights [1]", "must be 2 finite"]),
        (lambda: csi.Construct("Q", ["q1"], mode="fixed", weights=["x"]), ["weights ['x']", "finite numbers"]),
        (lambda: csi.Construct("Q", ["q1"], mode="fixed", weights=3), ["weights 3", "finite numbers"]),
        (lambda: csi.Construct("Q", ["q1"], mode="fixed", weights=[0]), ["not all zero"]),
        (lambda: csi.Construct("Q", ["q1"], weights=[1]), ["mode='fixed' go together"]),
        (lambda: csi.Item(3), ["an item's name", "not 3"]),
        (lambda: csi.Item("q1", scale=5), ["item 'q1'", "two ends"]),
        (lambda: csi.Path("Quality", "Quality"), ["cannot depend on itself"]),
        (lambda: csi.Path("Quality", "Satisfaction", "+"), ["Quality -> Satisfaction", "sign='+'", "1, -1 or 0"]),
        (lambda: two(constructs="Quality"), ["constructs must be a list of Construct objects"]),
        (lambda: two(constructs=["Quality"]), ["constructs must be Construct objects", "'Quality' is none"]),
        (lambda: two(constructs=[]), ["no constructs"]),
        (lambda: two(paths=None), ["paths must be a list"]),
        (lambda: two(paths=["QS"]), ["paths must be Path objects or (source, target)", "'QS'"]),
        (lambda: two(paths=[("Quality", "Satisfaction", 1, 2)]), ["(source, target)"]),
        (lambda: two(items=["q1"]), ["items must be Item objects", "'q1'"]),
        (lambda: two(items=map(csi.Item, ["q1", "q2", "s1", "q1"])), ["['q1'] are defined more than once"]),
        (lambda: two(items=map(csi.Item, ["q1", "q2"])), ["['s1']", "not among the model's items"]),
        (lambda: two(items=map(csi.Item, ["q1", "q2", "s1", "z"])), ["['z'] belong to no construct"]),
        (lambda: two().construct("Value"), ["no construct 'Value'", "Quality, Satisfaction"]),
        (lambda: two().item("v1"), ["no item 'v1'", "q1, q2, s1"]),
        (lambda: two().with_modes({"Value": "B"}), ["no construct 'Value'"]),
        (lambda: two().rename({"v1": "a"}), ["'v1' is neither an item nor a construct", "q1", "Quality"]),
        (lambda: two().rename({"Quality": ["a"]}), ["stands for 2 items", "1 columns"]),
        (lambda: two().rename({"q1": "q2"}), ["'q2' is listed more than once in 'Quality'"]),
        (lambda: two().rename({"q1": "s1"}), ["'s1' is used twice"]),
        (lambda: two().rename({"q1": 3}), ["'q1'", "not 3"]),
    ],
)
def test_parts_that_do_not_fit(make, parts):
    with raises(*parts):
        make()


def test_statements_may_go_on_and_carry_comments():
    model = csi.Model.parse(
        """
        # the drivers
        Quality =~ q1 +   ! begins here
                   q2
                 + q3
        품질.인식 =~ 문항1;  Quality ~ 품질.인식
        """,
        target="Quality",
    )
    assert model.item_names == ("q1", "q2", "q3", "문항1")
    assert model.paths == (csi.Path("품질.인식", "Quality"),)


def test_blocks_may_be_given_in_pieces():
    model = csi.Model.parse("Quality =~ q1\nSatisfaction =~ s1\nQuality =~ q2\nSatisfaction ~ Quality")
    assert model.construct("Quality").items == ("q1", "q2")


def test_models_are_values():
    model, same = csi.Model.parse(SMALL), csi.Model.parse(SMALL.replace("; ", "\n"))
    assert model == same
    assert hash(model) == hash(same)
    assert model != csi.Model.parse(SMALL, scale=(1, 7))
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.target = "Quality"  # type: ignore[misc]


def test_any_iterables_will_do():
    model = csi.Model(
        (csi.Construct(name, [name.lower()]) for name in ("Quality", "Satisfaction")),
        (path for path in [("Quality", "Satisfaction")]),
        (csi.Item(name) for name in ("satisfaction", "quality")),
    )
    assert model.item_names == ("quality", "satisfaction")


def test_columns_with_spaces_can_be_named():
    model = two().rename({"s1": " how satisfied? "})
    assert model.item_names[-1] == " how satisfied? "
    assert csi.Model.from_yaml(model.to_yaml()) == model


def test_renaming_can_swap():
    assert two().rename({"q1": "q2", "q2": "q1"}).construct("Quality").items == ("q2", "q1")


def test_design_orders_sources_before_targets():
    model = csi.Model.parse("C =~ c; B =~ b; A =~ a1 + a2; B ~ A; C ~ A + B")
    design = design_of(model)
    assert [model.construct_names[j] for j in design.order] == ["A", "B", "C"]
    assert [list(map(int, sources)) for sources in design.sources] == [[1, 2], [2], []]
    np.testing.assert_array_equal(design.reaches, [[0, 1, 1], [0, 0, 1], [0, 0, 0]])


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@given(
    st.lists(NAMES.filter(lambda name: "->" not in name and not name.endswith(("(+)", "(-)"))), min_size=5, max_size=5),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([(1, 10), (0, 1), (-2.5, 3.5)]),
    st.text(max_size=20),
)
def test_yaml_keeps_any_model(names, sign, scale, note):
    if len(set(names)) < len(names):
        return
    first, second, *items = names
    model = csi.Model(
        [
            csi.Construct(first, items[:2], mode="fixed", weights=[0.25, 2], reversed=[items[1]], label_ko="품질"),
            csi.Construct(second, items[2:], mode="B"),
        ],
        [csi.Path(first, second, sign)],
        [csi.Item(items[0], scale, "Does it: work?"), csi.Item(items[1]), csi.Item(items[2])],
        name="Our: model",
        notes=note.strip(),
    )
    assert csi.Model.from_yaml(model.to_yaml()) == model


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029", "\n"])
def test_yaml_keeps_every_end_of_a_line(end):
    model = two(notes=f"one{end}두 번째")
    assert csi.Model.from_yaml(model.to_yaml()) == model


def test_yaml_files(tmp_path: FilePath):
    path = tmp_path / "model.yaml"
    text = csi.acsi().to_yaml(path)
    assert csi.Model.from_yaml(path) == csi.Model.from_yaml(str(path)) == csi.Model.from_yaml(text) == csi.acsi()
    with raises("no model file at", "other.yaml"):
        csi.Model.from_yaml(tmp_path / "other.yaml")


REST = "S: [s1]}\npaths: [Q -> S]"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["must be a mapping"]),
        ("- Q\n- S", ["must be a mapping", "['Q', 'S']"]),
        ("constructs: {Q: [q1", ["not plain YAML"]),
        ("a: 1\n---\nb: 2", ["not plain YAML"]),
        ("a\x00b", ["not plain YAML"]),
        ("paths: [Q -> S]", ["constructs must be a mapping"]),
        ("constructs: [Q, S]", ["constructs must be a mapping"]),
        ("constructs: {Q: [q1], " + REST + "\nitemz: 3", ["unknown entries ['itemz']", "Known are: constructs"]),
        ("constructs: {Q: {item: [q1]}, " + REST, ["construct 'Q' has unknown entries ['item']", "items"]),
        ("constructs: {Q: {items: {q1: {scal: [0, 1]}}}, " + REST, ["item 'q1' has unknown entries ['scal']"]),
        ("constructs: {Q: , " + REST, ["'Q' has no items"]),
        ("constructs: {Q: 3, " + REST, ["'Q'", "list of texts, not 3"]),
        ("constructs: {Q: [1, 2], " + REST, ["'Q'", "non-empty text, not 1"]),
        ("constructs: {Q: [yes], " + REST, ["'Q'", "not True"]),
        ("constructs: {Q: [[q1], {q2: q3}], " + REST, ["'Q'", "not ['q1']"]),
        ("constructs: {Q: [q1, q1], " + REST, ["'q1' is listed more than once in 'Q'"]),
        ("constructs:\n  Q: [q1]\n  Q: [q2]\n  S: [s1]", ["'Q' a second time in line 3"]),
        ("constructs: {1: [q1], " + REST, ["construct's name", "not 1"]),
        ("scale: 10\nconstructs: {Q: [q1], " + REST, ["item 'q1'", "two ends", "not 10"]),
        ("scale:\nconstructs: {Q: [q1], " + REST, ["item 'q1'", "two ends"]),
        ("constructs: {Q: {items: [q1], weights: x, mode: fixed}, " + REST, ["'Q'", "weights 'x'"]),
        ("constructs: {Q: {items: [q1], reversed: 3}, " + REST, ["'Q'", "reversed", "not 3"]),
        ("constructs: {Q: [q1], S: [s1]}\npaths: Q -> S", ["paths must be a list", "'Q -> S'"]),
        ("constructs: {Q: [q1], S: [s1]}\npaths: {Q: S}", ["paths must be a list"]),
        ("constructs: {Q: [q1], S: [s1]}\npaths: [Q > S]", ["path 'Q > S' must read 'Source -> Target'"]),
        ("constructs: {Q: [q1], S: [s1]}\npaths: [Q -> S -> Q]", ["must read 'Source -> Target'"]),
        ("constructs: {Q: [q1], S: [s1]}\npaths: [null]", ["must read 'Source -> Target'"]),
        ("constructs: {Q: [q1], S: [s1]}\npaths: [Q -> T]", ["no construct 'T'"]),
        (
            "constructs: {A: [a], B: [b], Q: {items: {A: {scale: [0, 1]}, B: }}, " + REST,
            ["items ['A']", "belong to no construct"],
        ),
        ("target: [S]\nconstructs: {Q: [q1], " + REST, ["target", "is not a construct"]),
    ],
)
def test_yaml_that_is_no_model(text, parts):
    with raises(*parts):
        csi.Model.from_yaml(text)


@pytest.mark.parametrize("source", [None, 3, ["a"]])
def test_sources_that_are_no_text(source):
    with raises("YAML text or the path", type(source).__name__):
        csi.Model.from_yaml(source)


@pytest.mark.parametrize(
    "tag",
    ["!!python/object/apply:os.system", "!!python/object/apply:pathlib.Path.touch", "!!python/name:os.system", "!own"],
)
def test_yaml_runs_no_code(tag, tmp_path):
    target = tmp_path / "touched"
    with raises("not plain YAML"):
        csi.Model.from_yaml(f"{tag} ['touch {target}']")
    assert not target.exists()


def test_labels_that_look_like_numbers_are_text():
    model = csi.Model.from_yaml("constructs: {Q: {items: {q1: {text: 7}}, label: 2015}, " + REST)
    assert (model.constructs[0].label, model.items[0].text) == ("2015", "7")
