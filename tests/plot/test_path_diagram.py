"""The path diagram: nothing overlaps and no arrow passes a box, whatever the model."""

import itertools
import warnings

import matplotlib.figure
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.transforms import Bbox

import csindex as csi
from csindex.model.design import design_of
from csindex.plot.diagram.columns import arrange
from tests.plot.geometry import arrows, boxes, cut_texts, drawn, meets, overlap, overlapping_texts, texts

LIBRARY = ("acsi", "ccsi", "ecsi", "hkcsi", "jcsi", "ncsb", "ncsi", "pcsi", "scsb", "swics")


def model_of(links, items=1, labels=None):
    """Return a model of constructs A, B, ... from pairs of numbers (source, target)."""
    size = 1 + max(max(link) for link in links)
    names = [f"C{number}" for number in range(size)]
    constructs = [
        csi.Construct(name, [f"{name}{at}".lower() for at in range(items)], label=(labels or {}).get(name, name))
        for name in names
    ]
    return csi.Model(constructs, [(names[a], names[b]) for a, b in links], target=names[max(b for _, b in links)])


def fitted(model, replicates=20, **more):
    """Return a fit of moments that need no answers: all items correlate by 0.4, or by -0.4 with those of complaints."""
    items = model.items
    p = len(items)
    low, high = np.array([item.scale for item in items]).T
    turn = np.array([-1.0 if item.name in ("COMP", "complain") else 1.0 for item in items])
    R = 0.4 * np.outer(turn, turn) + 0.6 * np.eye(p)
    moments = csi.Moments.from_published(
        low + 0.7 * (high - low), 0.2 * (high - low), R, 300, items=[item.name for item in items]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.fit(model, moments, replicates=replicates, seed=1, **more)


def faults(ax):
    """Return what overlaps, is cut, or crosses in a path diagram."""
    drawn(ax)
    found = overlapping_texts(ax) + [f"cut: {name}" for name in cut_texts(ax)]
    held, lines = boxes(ax), arrows(ax)
    found += [f"boxes {a} and {b}" for a, b in itertools.combinations(held, 2) if overlap(held[a], held[b], 0)]
    for name, text in texts(ax):
        if name.startswith("text:"):
            box = held[name.partition(":")[2].split(" ")[0]]
            if not (box.x0 <= text.x0 and text.x1 <= box.x1 and box.y0 <= text.y0 and text.y1 <= box.y1):
                found.append(f"{name} sticks out of its box")
            continue
        found += [f"{name} on box {box}" for box in held if overlap(text, held[box], 0)]
        found += [f"{name} on arrow {line}" for line in lines if meets(lines[line], text, 0)]
    for line, points in lines.items():
        source, _, target = line.partition("->")
        found += [
            f"{line} through {box}" for box in held if meets(points, held[box], 1 if box in (source, target) else -1)
        ]
    return found


@pytest.mark.parametrize("name", LIBRARY)
def test_ready_made_models_are_drawn_without_faults(name):
    size = "slide" if name in ("acsi", "ecsi", "ncsb") else "print"
    assert faults(csi.plot.path_diagram(fitted(getattr(csi, name)()), size=size)) == []


def test_the_customary_layout():
    """Expectations below quality, then value, satisfaction, and complaints above loyalty (Fornell et al. 1996, figure 1)."""
    held = boxes(drawn(csi.plot.path_diagram(fitted(csi.acsi()))))
    across = {name: box.x0 for name, box in held.items()}
    assert across["Expectations"] == pytest.approx(across["Quality"])
    assert across["Quality"] < across["Value"] < across["Satisfaction"] < across["Loyalty"]
    assert across["Complaints"] == pytest.approx(across["Loyalty"])
    assert held["Quality"].y0 > held["Expectations"].y1
    assert held["Complaints"].y0 > held["Loyalty"].y1


@pytest.mark.parametrize(
    ("name", "least"), [("acsi", 0), ("scsb", 0), ("jcsi", 0), ("swics", 0), ("ncsb", 0), ("ccsi", 1)]
)
def test_no_more_arrows_cross_than_must(name, least):
    """By hand; in the last model two constructs of a column both lead to two of the next, which always cross once."""
    design = design_of(getattr(csi, name)())
    target = getattr(csi, name)().construct_names.index("Satisfaction")
    columns = arrange(design.links, design.order, target)
    place = {node: at for column in columns.order for at, node in enumerate(column)}
    crossings = [
        (one, two)
        for one, two in itertools.combinations(columns.segments, 2)
        if columns.column[one[0]] == columns.column[two[0]]
        and (place[one[0]] - place[two[0]]) * (place[one[1]] - place[two[1]]) < 0
    ]
    assert len(crossings) == least


@pytest.mark.parametrize("variant", ["split", "government"])
def test_variants_are_drawn_without_faults(variant):
    assert faults(csi.plot.path_diagram(fitted(csi.acsi(variant=variant)))) == []


@pytest.mark.parametrize(
    "links",
    [
        [(0, 1)],
        [(a, b) for a in range(9) for b in range(a + 1, 9)],
        [(a, 8) for a in range(8)],
        [(0, b) for b in range(1, 9)],
        [(a, a + 1) for a in range(8)],
        [(a, b) for a in range(4) for b in range(4, 9)],
    ],
    ids=["two", "all of nine", "eight drivers", "eight consequences", "chain", "two layers"],
)
def test_extreme_models_are_drawn_without_faults(links):
    assert faults(csi.plot.path_diagram(fitted(model_of(links)))) == []


def test_long_names_are_drawn_without_faults():
    labels = {
        "C0": "Expectations of customers before their first visit to one of our many branches",
        "C1": "Donaudampfschifffahrtsgesellschaftskapitänszufriedenheit",
        "C2": "$V_a^2$ & <value> \\frac{1}{2} for money",
        "C3": "S",
    }
    model = model_of([(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)], labels=labels)
    ax = drawn(csi.plot.path_diagram(fitted(model)))
    assert faults(ax) == []
    shown = " ".join(text for name, text in ((t.get_gid(), t.get_text()) for t in ax.texts) if name == "text:C2")
    assert shown.startswith(labels["C2"][:9])


def test_what_is_drawn_is_what_the_tables_say():
    result = fitted(csi.acsi())
    ax = csi.plot.path_diagram(result)
    shown = {}
    for text in ax.texts:
        shown.setdefault(text.get_gid(), []).append(text.get_text())
    path = result.paths.set_index(["source", "target"]).loc["Satisfaction", "Complaints"]
    assert path.estimate < 0
    number = f"{path.estimate:.2f}".replace("-", "−")
    interval = f"[{path.lower:.2f}, {path.upper:.2f}]".replace("-", "−")
    assert shown["label:Satisfaction->Complaints"] == [number, interval]
    score, r2 = (table.set_index("construct").loc["Satisfaction"] for table in (result.index, result.r2))
    assert shown["text:Satisfaction"][-2:] == [
        f"{score.estimate:.1f} [{score.lower:.1f}, {score.upper:.1f}]",
        f"R² {r2.estimate:.2f} [{r2.lower:.2f}, {r2.upper:.2f}]",
    ]
    assert "95% Student's t on the logit scale (index) and percentile (rest) intervals, 20 replicates." in shown[
        "note"
    ][0].replace("\n", " ")


def test_lines_are_dashed_where_the_interval_holds_0_and_wide_where_the_path_is_large():
    result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=100, seed=1)
    ax = csi.plot.path_diagram(result)
    lines = {line.get_gid(): line for line in ax.patches if (line.get_gid() or "").startswith("arrow:")}
    for path in result.paths.itertuples():
        line = lines[f"arrow:{path.source}->{path.target}"]
        assert (line.get_linestyle() in ("solid", "-")) == (not path.lower <= 0 <= path.upper)
    widths = [lines[f"arrow:{path.source}->{path.target}"].get_linewidth() for path in result.paths.itertuples()]
    assert np.array_equal(np.argsort(widths), np.argsort(result.paths.estimate.abs()))


def test_without_replicates_no_interval_is_drawn_and_that_is_said():
    ax = csi.plot.path_diagram(fitted(csi.scsb(), replicates=0))
    assert not any("[" in text.get_text() for text in ax.texts)
    assert "No intervals: the fit has no replicates." in " ".join(
        text.get_text().replace("\n", " ") for text in ax.texts if text.get_gid() == "note"
    )


def test_it_fits_into_given_axes():
    figure = matplotlib.figure.Figure(figsize=(9, 7))
    left, right = figure.subplots(1, 2)
    assert csi.plot.path_diagram(fitted(csi.acsi()), left) is left
    csi.plot.index_bars(fitted(csi.acsi()), right)
    assert faults(left) == []


@pytest.mark.parametrize("ending", ["svg", "pdf", "png"])
def test_the_same_fit_gives_the_same_file(tmp_path, ending):
    result = fitted(csi.scsb())
    files = [csi.plot.save(csi.plot.path_diagram(result), tmp_path / f"{name}.{ending}", dpi=60) for name in "ab"]
    assert files[0].read_bytes() == files[1].read_bytes()


LOOP = """
    e1 =~ a1 + a2; e2 =~ b1 + b2; e3 =~ c1 + c2; e4 =~ d1 + d2; e5 =~ f1 + f2; e6 =~ g1 + g2; e7 =~ h1 + h2
    e5 ~ e6 + e1 + e2; e6 ~ e5 + e3 + e4; e7 ~ e6 + e5
"""
RING = LOOP.replace("e5 ~ e6", "e5 ~ e7").replace("e6 + e5", "e6 + e4")


@pytest.mark.parametrize("text", [LOOP, RING], ids=["two that act on each other", "a ring of three"])
def test_feedback_is_drawn_without_faults(text):
    model = csi.Model.parse(text, target="e6", feedback=True)
    result = csi.fit(model, csi.simulate(model, 900, seed=1), replicates=20)
    ax = csi.plot.path_diagram(result)
    assert faults(ax) == []
    held = boxes(ax)
    heads = {patch.get_gid(): patch.get_window_extent() for patch in ax.patches if "head:" in (patch.get_gid() or "")}
    for path in result.paths.itertuples():
        head, target = heads[f"head:{path.source}->{path.target}"], held[path.target]
        # Every head touches the box that its arrow leads to.
        assert overlap(Bbox([[head.x0 - 2, head.y0 - 2], [head.x1 + 2, head.y1 + 2]]), target, 0)


@st.composite
def graphs(draw):
    """Links of a connected graph of two to nine constructs without cycles."""
    size = draw(st.integers(2, 9))
    links = {(draw(st.integers(0, b - 1)), b) for b in range(1, size)}
    possible = [(a, b) for b in range(size) for a in range(b)]
    return sorted(links | set(draw(st.lists(st.sampled_from(possible), max_size=24))))


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(links=graphs(), size=st.sampled_from(["print", "slide"]), with_intervals=st.booleans())
def test_any_model_is_drawn_without_faults(links, size, with_intervals):
    result = fitted(model_of(links), replicates=20 if with_intervals else 0)
    assert faults(csi.plot.path_diagram(result, size=size)) == []
