"""The path diagram: nothing overlaps and no arrow passes a box, whatever the model."""

import itertools
import warnings

import numpy as np
import pytest
from geometry import arrows, boxes, cut_texts, drawn, meets, overlap, overlapping_texts, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csindex as csi

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


@pytest.mark.parametrize("size", ["print", "slide"])
@pytest.mark.parametrize("name", LIBRARY)
def test_ready_made_models_are_drawn_without_faults(name, size):
    assert faults(csi.plot.path_diagram(fitted(getattr(csi, name)()), size=size)) == []


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


@st.composite
def graphs(draw):
    """Links of a connected graph of two to nine constructs without cycles."""
    size = draw(st.integers(2, 9))
    links = {(draw(st.integers(0, b - 1)), b) for b in range(1, size)}
    possible = [(a, b) for b in range(size) for a in range(b)]
    return sorted(links | set(draw(st.lists(st.sampled_from(possible), max_size=24))))


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(links=graphs(), size=st.sampled_from(["print", "slide"]), with_intervals=st.booleans())
def test_any_model_is_drawn_without_faults(links, size, with_intervals):
    result = fitted(model_of(links), replicates=20 if with_intervals else 0)
    assert faults(csi.plot.path_diagram(result, size=size)) == []
