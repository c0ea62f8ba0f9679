"""What a notebook shows of models, moments, populations and options."""

import pytest

import csindex as csi
from csindex.options import Options

MODEL = csi.scsb()


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (MODEL, "constructs"),
        (
            csi.Model.parse("Q =~ q1 + q2; S =~ s1; S ~ Q"),
            "Model: 2 constructs, 3 items, 1 path; scale 1-10; target 'S'",
        ),
        (csi.datasets.acsi2015("banks"), "Moments of"),
        (csi.datasets.acsi2015(), "units"),
        (csi.scan(csi.simulate(MODEL, 200, seed=1), MODEL), "GroupedMoments of"),
        (csi.Population(MODEL, groups=3), "3 groups"),
        (Options(replicates=200), "Options(replicates=200)"),
    ],
)
def test_a_cell_shows_a_line(shown, said):
    assert said in repr(shown)
    assert len(repr(shown)) < 200
    assert "\n" not in repr(shown)
    assert shown._repr_html_().startswith('<div class="csindex">')


def test_options_can_be_made_from_what_is_shown():
    chosen = Options(estimator="plsc", ordinal=("q1",), level=0.9)
    assert eval(repr(chosen)) == chosen
