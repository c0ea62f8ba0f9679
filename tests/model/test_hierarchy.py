"""Models with higher-order constructs and interactions: what they refuse, keep, and are taken apart into."""

import re

import pytest

import csindex as csi
from csindex.model.design import design_of
from csindex.model.stages import stages_of

LEVELS = """
    Content =~ c1 + c2
    Delivery =~ d1 + d2
    Image =~ i1 + i2
    Satisfaction =~ s1 + s2
    Service =~ Content + Delivery
    Satisfaction ~ Service + Image + Service:Image
"""


@pytest.mark.parametrize(
    ("more", "parts"),
    [
        ("Satisfaction ~ Content", ["'Content' is a dimension of 'Service'", "Draw the path with 'Service'"]),
        ("Content ~ Image", ["Image -> Content", "'Content' is a dimension"]),
        ("Other =~ Content + Image; Satisfaction ~ Other", ["'Content' is a dimension of both 'Service' and 'Other'"]),
        ("Other =~ Image; Satisfaction ~ Other", ["'Other' is made of the single construct 'Image'"]),
        ("Other =~ Image + o1; Satisfaction ~ Other", ["'Image' names both an item and a construct", "all of them"]),
        ("Satisfaction ~ Image:Service", ["Image:Service -> Satisfaction is given more than once"]),
        ("Satisfaction ~ Image:Content", ["'Content' is a dimension of 'Service'"]),
        ("Satisfaction ~ Image:Image", ["the product of two different constructs"]),
        ("Satisfaction ~ Image:Service:Price", ["there is no construct 'Price'"]),
        ("Price =~ p1; Satisfaction ~ Price; Satisfaction ~ Image:Service:Price", ["two different constructs"]),
        (
            "Price =~ p1; Image ~ Price; Satisfaction ~ Image:Price",
            ["both main effects", "Price -> Satisfaction is not"],
        ),
        ("A =~ B + x; B =~ A + y", ["names both"]),
        ("A =~ B + C; B =~ A + C; C =~ z", ["'C' is a dimension of both"]),
        ("A =~ B + C; B =~ A + D; C =~ z; D =~ u", ["made of each other", "A", "lowest ones need items"]),
        ("Service =~ Content", ["'Content' is listed more than once in 'Service'"]),
    ],
)
def test_levels_that_cannot_be(more, parts):
    with pytest.raises(csi.ModelError, match="(?s)" + ".*".join(map(re.escape, parts))):
        csi.Model.parse(f"{LEVELS}\n{more}")


def test_a_higher_order_construct_needs_a_path_and_the_target_is_no_dimension():
    with pytest.raises(csi.ModelError, match="'H' is made of constructs and has no path"):
        csi.Model.parse("A =~ a; B =~ b; H =~ A + B")
    with pytest.raises(csi.ModelError, match="target 'Content' is not a construct"):
        csi.Model.parse(LEVELS, target="Content")


def test_dimensions_have_no_scale_of_their_own():
    with pytest.raises(csi.ModelError, match=r"scales= names \['Content'\]: constructs"):
        csi.Model.parse(LEVELS, scales={"Content": (0, 1)})


def test_notations_keep_levels_and_interactions():
    model = csi.Model.parse(LEVELS, reversed=["Delivery", "s2"], scales={"c1": (0, 5)})
    assert csi.Model.from_yaml(model.to_yaml()) == model
    assert csi.Model.parse(model.to_lavaan()) == csi.Model.parse(LEVELS)
    assert model.item_names == ("c1", "c2", "d1", "d2", "i1", "i2", "s1", "s2")
    by_hand = csi.Model(
        [
            *(csi.Construct(name, [f"{name[0].lower()}{n}" for n in (1, 2)]) for name in ("Content", "Delivery")),
            csi.Construct("Image", ["i1", "i2"]),
            csi.Construct("Satisfaction", ["s1", "s2"]),
            csi.Construct("Service", ["Content", "Delivery"]),
        ],
        [(source, "Satisfaction") for source in ("Service", "Image", "Service:Image")],
    )
    assert by_hand == csi.Model.parse(LEVELS.replace("Service:Image", "Service : Image"))


def test_renaming_touches_items_only():
    model = csi.Model.parse(LEVELS).rename({"Content": ["a", "b"]})
    assert model.construct("Service").items == ("Content", "Delivery")
    assert model.item_names[:2] == ("a", "b")
    with pytest.raises(csi.ModelError, match="neither an item nor a construct with items"):
        model.rename({"Service": ["a", "b"]})


def test_a_construct_with_a_colon_in_its_name_is_no_interaction():
    model = csi.Model([csi.Construct("a:b", ["x"]), csi.Construct("Satisfaction", ["s"])], [("a:b", "Satisfaction")])
    assert not model.layered
    assert design_of(model).k == 2


def test_a_model_with_levels_has_no_arrays_of_its_own():
    for what in (lambda m: design_of(m), lambda m: csi.simulate(m, 100, seed=1)):
        with pytest.raises(csi.ModelError, match=r"are for csindex\.fit"):
            what(csi.Model.parse(LEVELS))


def text(model: csi.Model) -> list[str]:
    return model.to_lavaan().splitlines()


def test_two_stages_put_the_dimensions_in_the_place_of_their_construct():
    first, second, third = stages_of(csi.Model.parse(LEVELS + "Service ~ Image"), "two-stage", "two-stage")
    assert text(first.model)[-3:] == [
        "Satisfaction ~ Content + Delivery + Image",
        "Content ~ Image",
        "Delivery ~ Image",
    ]
    assert text(second.model) == [
        "Image =~ i1 + i2",
        "Satisfaction =~ s1 + s2",
        "Service =~ Content + Delivery",
        "Satisfaction ~ Service + Image",
        "Service ~ Image",
    ]
    assert [item.scale for item in second.model.items[-2:]] == [(0, 100)] * 2
    assert text(third.model)[3:5] == [
        "Service:Image =~ Service*Image",
        "Satisfaction ~ Service + Image + Service:Image",
    ]


def test_levels_of_levels_are_climbed_one_by_one():
    model = csi.Model.parse("A =~ a1 + a2; B =~ b; C =~ c; D =~ A + B; H =~ D + C; S =~ s; S ~ H")
    first, second, third = stages_of(model, "two-stage", "two-stage")
    assert text(first.model)[-1] == "S ~ A + B + C"
    assert text(second.model) == ["C =~ c", "D =~ A + B", "S =~ s", "S ~ D + C"]
    assert text(third.model) == ["H =~ D + C", "S =~ s", "S ~ H"]


def test_repeated_indicators_join_a_construct_with_its_dimensions():
    model = csi.Model.parse(LEVELS, reversed=["d2", "Delivery"])
    (stage, _) = stages_of(model, "repeated", "two-stage")
    assert text(stage.model)[-3:] == ["Satisfaction ~ Service + Image", "Content ~ Service", "Delivery ~ Service"]
    assert stage.model.construct("Service").items == tuple(f"Service.{item}" for item in ("c1", "c2", "d1", "d2"))
    # An item that is turned round in a dimension that is turned round is as it was.
    assert stage.model.construct("Service").reversed == ("Service.d1",)
    composed = csi.Model.parse(LEVELS.replace("Service =~", "Service <~"))
    assert "Service ~ Content + Delivery" in text(stages_of(composed, "repeated", "two-stage")[0].model)


def test_repeated_indicators_leave_nothing_to_explain_of_a_composed_construct():
    model = csi.Model.parse(LEVELS.replace("Service =~", "Service <~") + "Service ~ Image")
    with pytest.raises(csi.OptionError, match="paths from Image to it would be 0"):
        stages_of(model, "repeated", "two-stage")
