"""Two groups of the mobile phone customers, rows 1-125 against 126-250: what seminr, cSEM and plspm find."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.assessment.groups.difference import mga, welch
from csindex.errors import CsindexWarning
from csindex.replicates.intervals import uncertainty
from tests.reference.stored import stored

# The programs' default stopping rules leave up to 1e-7 on weights.
STOPPED = 1e-6
PERMUTATIONS, REPLICATES = 2000, 2000

pytestmark = pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Index paths as ``source -> target``, items and constructs by their names."""
    if "source" in frame and frame["source"].notna().all():
        return frame.set_index(frame["source"] + " -> " + frame["target"])
    return frame.set_index("item" if "item" in frame and frame["item"].notna().all() else "construct")


def monte_carlo(p: pd.Series, theirs: int, ours: int) -> pd.Series:
    """Four standard errors of the difference of two Monte Carlo p-values, and a draw of each for their grain.

    Where both have found the same extreme share, its variance is not 0: p is kept two draws away from the ends.
    """
    inner = p.clip(2 / theirs, 1 - 2 / theirs)
    return 4 * np.sqrt(inner * (1 - inner) * (1 / theirs + 1 / ours)) + 1 / theirs + 1 / ours


@pytest.fixture(scope="module")
def halves(mobi):
    return mobi.assign(half=np.where(np.arange(len(mobi)) < 125, "g1", "g2"))


@pytest.fixture(scope="module")
def comparison(halves):
    return csi.compare(
        halves,
        csi.ecsi("mobile"),
        by="half",
        quantities=("index", "paths", "loadings"),
        permutations=PERMUTATIONS,
        replicates=REPLICATES,
        adjust="none",
        progress=False,
    )


@pytest.fixture(scope="module")
def raw_micom(halves):
    return csi.micom(csi.ecsi("mobile"), halves, "half", permutations=PERMUTATIONS, items="raw", progress=False)


@pytest.mark.parametrize("group", ["g1", "g2"])
@pytest.mark.parametrize("quantity", ["paths", "weights", "loadings", "r2"])
def test_groups_are_those_of_csem(comparison, group, quantity):
    theirs = pd.Series(stored("csem/groups")["groups"][group][quantity])
    ours = named(getattr(comparison.result, quantity).query("half == @group"))["estimate"]
    assert set(theirs.index) == set(ours.index)
    assert (ours - theirs).abs().max() < STOPPED


def test_differences_are_those_of_seminr_csem_and_plspm(comparison):
    rows = comparison.differences
    paths, loadings = (named(rows[rows["quantity"] == name])["estimate"] for name in ("paths", "loadings"))
    csem = pd.Series(stored("csem/groups")["chin"]["statistic"])
    assert (pd.concat([paths, loadings]) - csem).abs().max() < STOPPED
    seminr = pd.DataFrame(stored("seminr/groups")["mga"]).T["diff"]
    assert (paths - seminr).abs().max() < STOPPED
    plspm = pd.Series(stored("plspm/groups")["permutation"]["difference"])
    # plspm rounds to four decimals.
    assert (paths.abs() - plspm).abs().max() < 5.1e-5


def test_henselers_probability_is_that_of_seminr(comparison):
    rows = comparison.differences
    paths = named(rows[rows["quantity"] == "paths"])["mga"]
    seminr = pd.DataFrame(stored("seminr/groups")["mga"]).T["p"]
    assert ((paths - seminr).abs() < monte_carlo(seminr, 2000, REPLICATES)).all()


def test_csems_probability_centres_replicates_instead_of_mirroring_them(comparison):
    """cSEM moves the replicates to the estimates (Sarstedt, Henseler & Ringle 2011), where Henseler et al. mirror them.

    Ours is seminr's definition; fed with mirrored replicates it gives cSEM's figures, and without it does not.
    """
    rows, result = comparison.differences, comparison.result
    ours = named(rows[rows["quantity"] == "loadings"])["mga"]
    csem = pd.Series(stored("csem/groups")["henseler"])[ours.index]
    evidence = result.evidence(lambda e: e.loadings)
    mean = np.nanmean(evidence.draws, axis=1, keepdims=True)
    turned = mean + evidence.estimate[:, None] - evidence.draws
    centred = mga(turned, np.array([0]), np.array([1]))[0]
    assert (np.abs(centred - csem) < monte_carlo(csem, 299, REPLICATES) / 4).all()
    assert (ours - csem).abs().max() > 0.08


def test_permutation_p_is_that_of_csem_and_plspm(comparison):
    rows = comparison.differences
    ours = pd.concat(
        [named(rows[rows["quantity"] == name])["p_permutation"] for name in ("paths", "loadings")]
    ).dropna()
    for name, runs in (("csem/groups", 299), ("plspm/groups", 500)):
        theirs = pd.Series(stored(name)["chin" if name.startswith("csem") else "permutation"]["p"])
        theirs = theirs[theirs.index.isin(ours.index)]
        assert ((ours[theirs.index] - theirs).abs() < monte_carlo(theirs, runs, PERMUTATIONS)).all(), name


def test_welch_of_two_groups_is_the_square_of_csems_t(comparison):
    """cSEM's Nitzl (2010) has the same statistic for two groups, from 299 resamples, on the scale of the paths."""
    evidence = comparison.result.evidence(lambda e: e.paths[..., *np.nonzero(comparison.result.design.links)])
    se = uncertainty(evidence, 0.95, "normal").se
    F = welch(evidence.estimate, se, np.array([124.0, 124.0]))[0]
    ours = named(comparison.result.paths.head(len(F)).drop(columns="half"))["estimate"] * 0 + F**0.5
    theirs = pd.Series(stored("csem/groups")["nitzl"])[ours.index].astype(float).abs()
    # A standard error of B resamples is off by 1/√(2B): 4.1% for theirs, 1.6% for ours, of heavier tails a little more.
    assert (ours / theirs - 1).abs().max() < 4 * 1.3 * np.sqrt(1 / (2 * 299) + 1 / (2 * REPLICATES))


def test_distances_are_those_of_klesel_in_csem(comparison):
    theirs = stored("csem/groups")["klesel"]
    ours = comparison.omnibus.query("quantity == 'model'").set_index("test")
    # Sums of 276 squared differences, and logarithms to base 10.
    assert abs(ours.loc["d_ULS", "statistic"] - theirs["statistic"]["dL"]) < STOPPED
    assert abs(ours.loc["d_G", "statistic"] / np.log(10) ** 2 - theirs["statistic"]["dG"]) < STOPPED
    p = pd.Series({"d_ULS": theirs["p"]["dL"], "d_G": theirs["p"]["dG"]})
    assert ((ours["p"] - p).abs() < monte_carlo(p, 299, PERMUTATIONS)).all()


def test_micom_is_that_of_csem(raw_micom):
    theirs = stored("csem/groups")["micom"]
    assert (
        raw_micom.compositional.set_index("construct")["correlation"] - pd.Series(theirs["c"])
    ).abs().max() < STOPPED
    for aspect in ("mean", "variance"):
        ours = raw_micom.equality.query("aspect == @aspect").set_index("construct")["estimate"]
        assert (ours - pd.Series(theirs[aspect])).abs().max() < STOPPED


def test_micom_p_is_that_of_csem(raw_micom):
    theirs = stored("csem/groups")["micom"]
    ours = {"c": raw_micom.compositional.set_index("construct")["p"]}
    for aspect in ("mean", "variance"):
        ours[aspect] = raw_micom.equality.query("aspect == @aspect").set_index("construct")["p"]
    for step, p in ours.items():
        expected = pd.Series(theirs[f"{step}_p"])[p.index]
        assert ((p - expected).abs() < monte_carlo(expected, theirs["runs"], PERMUTATIONS)).all(), step


def test_micom_on_standardized_items_is_close_but_not_the_same(halves, raw_micom):
    """The weights belong to standardized items; on raw answers an item with a wide spread counts for more."""
    ours = csi.micom(csi.ecsi("mobile"), halves, "half", permutations=99, progress=False)
    apart = (ours.compositional["correlation"] - raw_micom.compositional["correlation"]).abs().max()
    assert 1e-4 < apart < 5e-3
    # Step 3 has the pooled weights, which are the same.
    assert np.abs(ours.equality["estimate"] - raw_micom.equality["estimate"]).max() < 1e-12


def test_warnings_of_the_groups_are_given(halves):
    with pytest.warns(CsindexWarning):
        csi.compare(halves.groupby("half").head(30), csi.ecsi("mobile"), by="half", replicates=0)
