import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import csindex as csi
from csindex.errors import ModelError, OptionError
from csindex.model.design import design_of
from csindex.model.library.registry import LIBRARY
from csindex.model.model import Model

VARIANTS: dict[str, Callable[..., Model]] = {
    **{name: function for name, function in LIBRARY.items() if ":" not in name},
    "acsi with price tolerance": lambda **k: csi.acsi(price_tolerance=True, **k),
    "acsi split": lambda **k: csi.acsi(variant="split", **k),
    "acsi government": lambda **k: csi.acsi(variant="government", **k),
    "ecsi master": lambda **k: csi.ecsi("master", **k),
    "ncsi with price tolerance": lambda **k: csi.ncsi(price_tolerance=True, **k),
    "ncsb with complaint handling": lambda **k: csi.ncsb(complaint_handling=True, **k),
    "pcsi 1": lambda **k: csi.pcsi(1, **k),
}
OWN_SCALES = {"COMP": (0, 1), "VOICESTAFF": (0, 1), "VOICEMANAGE": (0, 1), "PTOL": (-1, 51)}
# constructs, items, paths; from the publications where they state them, else what the notes claim
SIZES = {
    "acsi": (6, 13, 9),
    "acsi with price tolerance": (6, 14, 9),
    "acsi split": (7, 16, 12),
    "acsi government": (7, 14, 6),
    "ecsi": (7, 24, 12),
    "ecsi master": (7, 22, 13),
    "ncsi": (6, 13, 9),
    "ncsi with price tolerance": (6, 14, 9),
    "pcsi 1": (7, 19, 6),
    "pcsi": (8, 21, 10),
    "scsb": (5, 10, 6),
    "ncsb": (11, 23, 14),
    "ncsb with complaint handling": (12, 25, 16),
    "swics": (3, 9, 3),
    "hkcsi": (6, 14, 9),
    "jcsi": (6, 21, 8),
    "ccsi": (6, 16, 11),
}

NAMES = {
    "acsi": "American Customer Satisfaction Index",
    "ecsi": "European Customer Satisfaction Index",
    "ncsi": "National Customer Satisfaction Index, Korea",
    "pcsi": "Public-service Customer Satisfaction Index",
    "scsb": "Swedish Customer Satisfaction Barometer",
    "ncsb": "Norwegian Customer Satisfaction Barometer",
    "swics": "Swiss Index of Customer Satisfaction",
    "hkcsi": "Hong Kong Consumer Satisfaction Index",
    "jcsi": "Japanese Customer Satisfaction Index",
    "ccsi": "China Customer Satisfaction Index",
}


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def links(model: Model) -> dict[tuple[str, str], int]:
    return {(path.source, path.target): path.sign for path in model.paths}


def fans(model: Model) -> dict[str, set[str]]:
    return {name: {p.target for p in model.paths if p.source == name} for name in model.construct_names}


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_every_model_is_tested():
    assert set(SIZES) == set(VARIANTS)
    assert {name.partition(":")[0] for name in LIBRARY} == {
        *("acsi", "ecsi", "ncsi", "pcsi", "scsb", "ncsb", "swics", "hkcsi", "jcsi", "ccsi"),
    }


def test_size(variant):
    model = VARIANTS[variant]()
    assert (len(model.constructs), len(model.items), len(model.paths)) == SIZES[variant]


def test_target_and_name(variant):
    model = VARIANTS[variant]()
    assert model.target == "Satisfaction"
    assert model.name.startswith(NAMES[variant.split()[0]])


def test_names_differ_between_publications():
    assert csi.acsi(variant="split").name != csi.acsi().name != csi.acsi(variant="government").name
    assert csi.ecsi().name != csi.ecsi("master").name
    assert csi.pcsi(1).name != csi.pcsi(2).name


def test_both_languages(variant):
    model = VARIANTS[variant]()
    named = [(c.label, c.label_ko) for c in model.constructs] + [(i.text, i.text_ko) for i in model.items]
    for english, korean in named:
        assert re.search("[A-Za-z]{3}", english), english
        assert not re.search("[가-힣]", english), english
        assert re.search("[가-힣]{2}", korean), korean
        assert not re.search("[A-Za-z{}]", korean), korean


def test_questions_are_questions_with_named_ends(variant):
    for item in VARIANTS[variant]().items:
        assert "?" in item.text, item
        assert re.search(r"(니까\?|십시오\.)", item.text_ko), item
        assert item.text.endswith(")"), item
        assert item.text_ko.endswith(")"), item


def test_no_question_is_asked_twice(variant):
    items = VARIANTS[variant]().items
    for texts in ({item.text for item in items}, {item.text_ko for item in items}):
        assert len(texts) == len(items)


def test_labels_are_unique(variant):
    constructs = VARIANTS[variant]().constructs
    assert len({c.label for c in constructs}) == len({c.label_ko for c in constructs}) == len(constructs)


def test_source_and_notes_are_those_of_the_documentation(variant):
    model = VARIANTS[variant]()
    documentation = squeezed(getattr(csi, variant.split()[0]).__doc__)
    assert squeezed(model.source) in documentation
    assert len(model.notes.splitlines()) >= 3
    for note in model.notes.splitlines():
        assert squeezed(note) in documentation, note


def test_the_library_is_read_only():
    with pytest.raises(TypeError):
        LIBRARY["acsi"] = csi.ecsi


def test_every_model_of_the_library_is_public_and_has_its_place_in_the_pages():
    docs = Path(__file__).resolve().parents[3] / "docs"
    reference = (docs / "api.rst").read_text(encoding="utf-8")
    page = (docs / "models.md").read_text(encoding="utf-8")
    for name, function in LIBRARY.items():
        if ":" not in name:
            assert getattr(csi, name) is function
            assert f".. autofunction:: {name}\n" in reference
            assert f"`{name}" in page


def test_notes_say_what_is_read_and_what_is_ours(variant):
    notes = VARIANTS[variant]().notes
    assert "Read" in notes
    assert "ours" in notes or "by us" in notes


def test_rating_scale_is_an_argument(variant):
    for item in VARIANTS[variant](scale=(1, 7)).items:
        assert item.scale == OWN_SCALES.get(item.name, (1, 7)), item.name


def test_default_scale(variant):
    usual = (0, 10) if variant.startswith("pcsi") else (1, 10)
    for item in VARIANTS[variant]().items:
        assert item.scale == OWN_SCALES.get(item.name, usual), item.name


def test_yaml_round_trip(variant):
    model = VARIANTS[variant]()
    assert Model.from_yaml(model.to_yaml()) == model


def test_lavaan_round_trip(variant):
    model = VARIANTS[variant]()
    read = Model.parse(model.to_lavaan())
    assert [(c.name, c.items, c.mode) for c in read.constructs] == [(c.name, c.items, c.mode) for c in model.constructs]
    assert set(links(read)) == set(links(model))
    assert read.target == model.target


def test_design_reaches_or_leaves_the_target(variant):
    model = VARIANTS[variant]()
    design = design_of(model)
    target = model.construct_names.index(model.target)
    related = design.reaches[target] | design.reaches[:, target]
    related[target] = True
    assert related.all()


def test_rename_by_item_and_by_construct(variant):
    plain = VARIANTS[variant]()
    first, last = plain.constructs[0], plain.constructs[-1]
    columns = [f"q{n}" for n in range(len(last.items))]
    model = VARIANTS[variant](**{first.items[0]: "Spalte 1", last.name: columns})
    assert model.constructs[0].items == ("Spalte 1", *first.items[1:])
    assert model.constructs[-1].items == tuple(columns)
    assert model.item("Spalte 1").text == plain.item(first.items[0]).text
    assert model.item("Spalte 1").scale == plain.item(first.items[0]).scale
    assert model.paths == plain.paths


def test_unknown_keyword(variant):
    with pytest.raises(ModelError, match="'SATISFIED' is neither an item nor a construct"):
        VARIANTS[variant](SATISFIED="q1")


def test_wrong_number_of_columns(variant):
    with pytest.raises(ModelError, match=r"'Satisfaction' stands for 3 items .* 2 columns"):
        VARIANTS[variant](Satisfaction=["q1", "q2"])


def test_scale_that_is_none(variant):
    with pytest.raises(ModelError, match="scale=: the scale ends"):
        VARIANTS[variant](scale=(10, 1))


ACSI_LINKS = {
    ("Expectations", "Quality"): 1,
    ("Expectations", "Value"): 1,
    ("Expectations", "Satisfaction"): 1,
    ("Quality", "Value"): 1,
    ("Quality", "Satisfaction"): 1,
    ("Value", "Satisfaction"): 1,
    ("Satisfaction", "Complaints"): -1,
    ("Satisfaction", "Loyalty"): 1,
    ("Complaints", "Loyalty"): 0,
}


def test_acsi():
    model = csi.acsi()
    assert {c.name: c.items for c in model.constructs} == {
        "Expectations": ("OVERALLX", "CUSTOMX", "WRONGX"),
        "Quality": ("OVERALLQ", "CUSTOMQ", "WRONGQ"),
        "Value": ("PQ", "QP"),
        "Satisfaction": ("SATIS", "CONFIRM", "IDEAL"),
        "Complaints": ("COMP",),
        "Loyalty": ("REPUR",),
    }
    assert links(model) == ACSI_LINKS
    assert csi.acsi(price_tolerance=True).construct("Loyalty").items == ("REPUR", "PTOL")


def test_acsi_split():
    split = fans(csi.acsi(variant="split"))
    assert split["Expectations"] == {"ProductQuality", "ServiceQuality", "Value", "Satisfaction"}
    assert split["ProductQuality"] == split["ServiceQuality"] == {"Value", "Satisfaction"}
    model = csi.acsi(variant="split")
    assert [len(model.construct(name).items) for name in ("ProductQuality", "ServiceQuality")] == [3, 3]


def test_acsi_government():
    model = csi.acsi(variant="government")
    drivers = ("Process", "Information", "CustomerService", "Website")
    assert links(model) == {
        **{(driver, "Satisfaction"): 1 for driver in drivers},
        ("Satisfaction", "Complaints"): -1,
        ("Satisfaction", "Trust"): 1,
    }
    assert [len(model.construct(driver).items) for driver in drivers] == [2, 2, 2, 2]
    assert model.construct("Satisfaction").items == csi.acsi().construct("Satisfaction").items


def test_acsi_refuses():
    with pytest.raises(OptionError, match=r"variant='federal' is not known.*'government'"):
        csi.acsi(variant="federal")
    with pytest.raises(OptionError, match="no loyalty"):
        csi.acsi(variant="government", price_tolerance=True)


def test_ecsi_mobile():
    model = csi.ecsi()
    assert [(c.name, len(c.items)) for c in model.constructs] == [
        ("Image", 5),
        ("Expectation", 3),
        ("Quality", 7),
        ("Value", 2),
        ("Satisfaction", 3),
        ("Complaints", 1),
        ("Loyalty", 3),
    ]
    assert fans(model) == {
        "Image": {"Expectation", "Satisfaction", "Loyalty"},
        "Expectation": {"Quality", "Value", "Satisfaction"},
        "Quality": {"Value", "Satisfaction"},
        "Value": {"Satisfaction"},
        "Satisfaction": {"Complaints", "Loyalty"},
        "Complaints": {"Loyalty"},
        "Loyalty": set(),
    }
    prefixes = {"IMAG": 5, "CUEX": 3, "PERQ": 7, "PERV": 2, "CUSA": 3, "CUSL": 3}
    assert set(model.item_names) == {"CUSCO"} | {f"{p}{n}" for p, many in prefixes.items() for n in range(1, many + 1)}
    assert {item.scale for item in model.items} == {(1, 10)}


def test_ecsi_versions():
    assert csi.ecsi(2005) == csi.ecsi(version="mobile") == csi.ecsi()
    assert csi.ecsi(1999) == csi.ecsi("master")
    assert csi.ecsi("master").construct_names == (
        *("Image", "Expectation", "ProductQuality", "ServiceQuality", "Value", "Satisfaction", "Loyalty"),
    )
    master = fans(csi.ecsi("master"))
    assert master["ProductQuality"] == master["ServiceQuality"] == {"Value", "Satisfaction"}
    with pytest.raises(OptionError, match="version=2010 is not known"):
        csi.ecsi(2010)


def test_ncsi_has_the_published_korean_names_and_the_american_paths():
    model = csi.ncsi()
    assert [c.label_ko for c in model.constructs] == [
        *("고객기대수준", "인지품질", "인지가치", "고객만족", "고객불평률", "고객충성도"),
    ]
    assert links(model) == ACSI_LINKS
    assert model.item_names == csi.acsi().item_names


def test_pcsi():
    one, two = csi.pcsi(1), csi.pcsi(version=2)
    assert csi.pcsi() == two
    qualities = {"ProductQuality", "DeliveryQuality", "EnvironmentQuality", "SocialQuality"}
    assert {path.source for path in one.paths if path.target == "Satisfaction"} == qualities
    assert fans(one)["Satisfaction"] == {"InstitutionPerformance", "SocialPerformance"}
    for quality in ("ContentQuality", "DeliveryQuality", "EnvironmentQuality"):
        assert fans(two)[quality] == {"Disconfirmation", "Satisfaction"}
    assert fans(two)["SocialResponsibility"] == fans(two)["Disconfirmation"] == {"Satisfaction"}
    assert fans(two)["Satisfaction"] == {"Trust", "Happiness"}
    with pytest.raises(OptionError, match="version='3' is not known"):
        csi.pcsi(3)


def test_pcsi_brings_no_score_weights():
    for construct in csi.pcsi(1).constructs + csi.pcsi(2).constructs:
        assert construct.weights is None
        assert construct.mode == "A"


def test_scsb():
    model = csi.scsb()
    assert [(c.name, len(c.items)) for c in model.constructs] == [
        ("Expectations", 1),
        ("Performance", 2),
        ("Satisfaction", 3),
        ("Complaints", 2),
        ("Loyalty", 2),
    ]
    assert links(model) == {
        ("Expectations", "Performance"): 1,
        ("Expectations", "Satisfaction"): 1,
        ("Performance", "Satisfaction"): 1,
        ("Satisfaction", "Complaints"): -1,
        ("Satisfaction", "Loyalty"): 1,
        ("Complaints", "Loyalty"): 0,
    }


def test_ncsb():
    model = csi.ncsb(complaint_handling=True)
    servqual = ("Tangibles", "Reliability", "Responsiveness", "Assurance", "Empathy")
    assert all(fans(model)[dimension] == {"Satisfaction"} for dimension in servqual)
    assert fans(model)["Price"] == fans(model)["ComplaintHandling"] == {"Satisfaction", "Loyalty"}
    assert {p.source for p in model.paths if p.target == "Image"} == {"Satisfaction"}
    for outcome in ("Image", "AffectiveCommitment", "CalculativeCommitment"):
        assert fans(model)[outcome] == {"Loyalty"}
    assert "Value" not in model.construct_names
    assert set(csi.ncsb().construct_names) == set(model.construct_names) - {"ComplaintHandling"}


def test_swics():
    expected = {"Satisfaction": {"Dialogue", "Loyalty"}, "Dialogue": {"Loyalty"}, "Loyalty": set()}
    assert fans(csi.swics()) == expected


def test_hkcsi():
    assert csi.hkcsi().construct_names == (
        *("Expectations", "Performance", "Value", "Satisfaction", "Voice", "Loyalty"),
    )
    assert links(csi.hkcsi())["Satisfaction", "Voice"] == -1


def test_jcsi():
    assert fans(csi.jcsi()) == {
        "Expectations": {"Quality", "Value"},
        "Quality": {"Value", "Satisfaction"},
        "Value": {"Satisfaction"},
        "Satisfaction": {"Recommendation", "Loyalty"},
        "Recommendation": {"Loyalty"},
        "Loyalty": set(),
    }


def test_ccsi():
    assert fans(csi.ccsi()) == {
        "Image": {"Expectations", "Quality", "Value", "Satisfaction"},
        "Expectations": {"Quality", "Value", "Satisfaction"},
        "Quality": {"Value", "Satisfaction"},
        "Value": {"Satisfaction"},
        "Satisfaction": {"Loyalty"},
        "Loyalty": set(),
    }


def test_only_dissatisfaction_and_open_questions_lack_a_positive_sign():
    unusual = {}
    for name, make in VARIANTS.items():
        unusual[name] = {link: sign for link, sign in links(make()).items() if sign != 1}
    complaints = {("Satisfaction", "Complaints"): -1, ("Complaints", "Loyalty"): 0}
    for name in ("acsi", "acsi split", "ncsi", "scsb"):
        assert unusual[name] == complaints
    for name in ("ecsi", "ecsi master", "pcsi", "pcsi 1", "swics", "jcsi", "ccsi"):
        assert unusual[name] == {}
    assert set(unusual["ncsb"]) == {("Satisfaction", "CalculativeCommitment"), ("CalculativeCommitment", "Loyalty")}


@pytest.mark.parametrize(("version", "dimensions", "paths"), [(1, 4, 3), (2, 3, 6)])
def test_pcsi_with_service_quality_as_one_construct(version, dimensions, paths):
    plain, model = csi.pcsi(version), csi.pcsi(version, service_quality=True)
    assert len(model.construct("ServiceQuality").items) == dimensions
    assert model.construct("ServiceQuality").label_ko == "서비스품질"
    assert (len(model.paths), model.item_names) == (paths, plain.item_names)
    assert Model.from_yaml(model.to_yaml()) == model
    assert model.notes.startswith(plain.notes)
