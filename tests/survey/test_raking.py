import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from csindex.errors import OptionError, SurveyError
from csindex.survey.margins import Margins
from csindex.survey.raking import RakingReport, rake, weighting_deff

# 24 rows made up for this test.
FRAME = pd.DataFrame(
    {
        "gender": list("fmfmffmfmmffmfmfmfmmffmf"),
        "age": list("ABCABCCBAABCBACABCCABACB"),
        "region": np.repeat([0, 1, 2], [8, 6, 10]),
    }
)
WEIGHT = np.array(
    [
        *(1.2, 0.8, 1.5, 2.1, 1.9, 0.6, 1.1, 0.9, 3.0, 2.4, 2.7, 3.3),
        *(1.8, 2.2, 0.5, 0.7, 0.9, 1.4, 1.6, 0.4, 1.3, 1.0, 0.8, 2.6),
    ]
)
SHARES = {
    "gender": {"f": 0.52, "m": 0.48},
    "age": {"A": 0.30, "B": 0.45, "C": 0.25},
    "region": {0: 0.25, 1: 0.35, 2: 0.40},
}
MARGINS = Margins(SHARES)

# ipfn 1.4.4, ipfn(frame, aggregates, [["g"], ["a"], ["r"]], convergence_rate=1e-14, max_iteration=2000); svy 0.35.0,
# Sample.weighting.rake(shares=..., tol=1e-14, max_iter=5000), says the same to 14 digits.
IPFN = [
    *(0.7907366801095898, 1.1937533971471455, 0.9340308406836829, 2.029310854865576, 1.933301508031582),
    *(0.37361233627347346, 1.0044799843476742, 0.9157743985412756, 2.630526129041843, 2.1044209032334766),
    *(2.492882647120597, 1.8645583498564824, 2.437189061052837, 1.315422909694759, 0.6483472723788255),
    *(0.6549946619725261, 1.9070242893928273, 1.2379043090415114, 2.074711271612243, 0.5488812011214517),
    *(1.87835823290458, 0.9357066599607515, 1.0373556358061216, 3.75671646580916),
]
# weightipy 0.4.2, weight_dataframe(frame, scheme_from_dict(..., rim_params={"convcrit": 1e-14})), all starting from 1.
WEIGHTIPY = [
    *(0.5902192827821977, 1.0717512628973376, 0.5623321718457982, 0.6522173084143491, 0.9698734663237654),
    *(0.5623321718457982, 0.6214008695669881, 0.9698734663237654, 1.2178482721499437, 1.2178482721499437),
    *(1.810989542792221, 1.0500108706432245, 2.001220156004874, 1.1020828862597913, 0.8204791142706302),
    *(0.7793078801129347, 1.4151082979867664, 0.7424865732862997, 0.8204791142706302, 0.8611682180179042),
    *(1.2805919038356357, 0.7793078801129347, 0.8204791142706302, 1.2805919038356357),
]
# svy 0.35.0, Sample.weighting.rake(shares=..., tol=1e-12, trimming=TrimConfig(upper=1.7 * mean, lower=0.4 * mean,
# redistribute=False, max_iter=500, tol=1e-12)), and with upper=1.9 * mean alone.
SVY_TRIMMED = {
    (0.4, 1.7): [
        *(0.7750402100764336, 1.1878243942085178, 0.8521173241258726, 1.861039042251306, 2.0559978368776055),
        *(0.6116666666666466, 0.8574208135884365, 0.9738937122051817, 2.510470653628302, 2.0322821941142615),
        *(2.5995833333351808, 1.791260118497094, 2.553708600588914, 1.3576950998362471, 0.645679411880225),
        *(0.7490082938332023, 2.2138610547868796, 1.31759448821638, 2.0661741180167223, 0.6544526579274963),
        *(2.3305477346628782, 1.0700118483331487, 1.0330870590083612, 2.5995833333347087),
    ],
    (0.0, 1.9): [
        *(0.8010496535412937, 1.2000579462880414, 0.9109368411473178, 1.9520436722821692, 2.046792358172576),
        *(0.3643747364589276, 0.9302115698166845, 0.969533222292274, 2.5402593424082536, 2.0322074739266),
        *(2.649540226694753, 1.8255659005205438, 2.459638615222459, 1.337788441227392, 0.6585650333061275),
        *(0.7278063540227958, 2.1027824871792045, 1.3242337588816175, 2.1074081065796126, 0.5791216997001887),
        *(2.181238477481885, 1.039723362889708, 1.0537040532898063, 2.9054166666690557),
    ],
}


def shares_of(weights, codes, categories):
    return np.bincount(codes, weights, categories) / weights.sum()


def margin_errors(weights, margins=MARGINS, frame=FRAME):
    pairs = zip(margins.codes(frame), margins.targets(), strict=True)
    return [np.abs(shares_of(weights, code, len(target)) - target).max() for code, target in pairs]


def test_agrees_with_ipfn_and_svy():
    found = rake(WEIGHT[:, None], MARGINS.codes(FRAME), MARGINS.targets(), tolerance=1e-15, max_rounds=2000)
    np.testing.assert_allclose(found.weights[:, 0], IPFN, rtol=1e-12)
    assert found.converged.all()


def test_agrees_with_weightipy():
    found = rake(np.ones((24, 1)), MARGINS.codes(FRAME), MARGINS.targets(), tolerance=1e-15, max_rounds=2000)
    np.testing.assert_allclose(found.weights[:, 0], WEIGHTIPY, rtol=1e-12)


@pytest.mark.parametrize("trim", SVY_TRIMMED)
def test_trimming_agrees_with_svy(trim):
    codes, targets = MARGINS.codes(FRAME), MARGINS.targets()
    found = rake(WEIGHT[:, None], codes, targets, trim=trim, tolerance=1e-12, max_rounds=2000)
    # Both stop their alternation of trimming and raking at a tolerance of 1e-12, a few steps short of its limit.
    np.testing.assert_allclose(found.weights[:, 0], SVY_TRIMMED[trim], rtol=1e-10)
    assert found.trimmed.tolist() == [3 if trim[0] else 1]


def test_one_margin_is_post_stratification():
    codes, target = np.repeat([0, 1, 2], [2, 10, 12]), np.array([0.2, 0.3, 0.5])
    found = rake(WEIGHT[:, None], [codes], [target])
    strata = np.bincount(codes, WEIGHT)
    np.testing.assert_allclose(found.weights[:, 0], WEIGHT * (target * WEIGHT.sum() / strata)[codes], rtol=1e-14)
    assert found.rounds.tolist() == [1]


def test_odds_ratio_of_a_table_stays():
    table = np.array([[30.0, 10.0], [20.0, 45.0]])
    rows, columns = np.indices((2, 2)).reshape(2, 4)
    found = rake(table.reshape(4, 1), [rows, columns], [np.array([0.4, 0.6]), np.array([0.7, 0.3])], tolerance=1e-14)
    after = found.weights.reshape(2, 2)
    odds = [t[0, 0] * t[1, 1] / (t[0, 1] * t[1, 0]) for t in (table, after)]
    assert odds[1] == pytest.approx(odds[0], rel=1e-12)
    np.testing.assert_allclose(after.sum(axis=1), [42, 63], rtol=1e-12)
    np.testing.assert_allclose(after.sum(axis=0), [73.5, 31.5], rtol=1e-12)


def test_weights_that_meet_the_margins_stay():
    codes = [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]
    found = rake(np.full((4, 1), 3.0), codes, [np.array([0.5, 0.5])] * 2, trim=(0.5, 2))
    np.testing.assert_array_equal(found.weights, 3)
    assert (found.rounds.tolist(), found.error.tolist(), found.trimmed.tolist()) == ([1], [0.0], [0])


def replicates(seed, members=40, rows=200):
    rng = np.random.default_rng(seed)
    cells = [rng.integers(0, categories, rows) for categories in (2, 4, 5)]
    targets = [rng.dirichlet(np.full(categories, 30.0)) for categories in (2, 4, 5)]
    counts = rng.multinomial(rows, np.full(rows, 1 / rows), size=members).T.astype(np.float64)
    return rng.uniform(0.5, 2, rows)[:, None] * counts, cells, targets, counts


@pytest.mark.parametrize("trim", [None, (0.4, 2.2)])
def test_all_at_once_is_one_by_one(trim):
    weights, cells, targets, counts = replicates(1)
    together = rake(weights, cells, targets, counts=counts, trim=trim)
    assert together.converged.sum() >= 39
    assert len(set(together.rounds.tolist())) > 1
    for member in range(weights.shape[1]):
        only = slice(member, member + 1)
        alone = rake(weights[:, only], cells, targets, counts=counts[:, only], trim=trim)
        np.testing.assert_array_equal(alone.weights, together.weights[:, only])
        np.testing.assert_array_equal(alone.rounds, together.rounds[only])
        np.testing.assert_array_equal(alone.error, together.error[only])


def test_limits_are_per_respondent():
    weights, cells, targets, counts = replicates(2)
    found = rake(weights, cells, targets, counts=counts, trim=(0.4, 2.2))
    once = np.divide(found.weights, counts, out=np.ones_like(counts), where=counts > 0)
    mean = weights.sum(axis=0) / counts.sum(axis=0)
    drawn = counts > 0
    assert (once / mean)[drawn].min() >= 0.4 - 1e-12
    assert (once / mean)[drawn].max() <= 2.2 + 1e-12
    assert (found.weights[~drawn] == 0).all()
    # A respondent who is drawn twice counts like two who are drawn once.
    twice = np.repeat(np.arange(200), counts[:, 0].astype(int))
    apart = rake(
        (weights / np.maximum(counts, 1))[twice, :1], [cell[twice] for cell in cells], targets, trim=(0.4, 2.2)
    )
    np.testing.assert_allclose(apart.weights[:, 0], once[twice, 0], rtol=1e-9)


def test_limits_that_cannot_hold_are_reported():
    codes = [np.repeat([0, 1], [1, 9])]
    found = rake(np.ones((10, 1)), codes, [np.array([0.5, 0.5])], trim=(0.5, 2.0), max_rounds=30)
    assert (found.converged.tolist(), found.rounds.tolist(), found.trimmed.tolist()) == ([False], [30], [1])
    assert found.error[0] == pytest.approx(0.3)
    assert found.weights.max() == 2


def test_trimming_converges_where_linear_programming_finds_weights():
    weights, cells, targets, counts = replicates(1)
    low, high = 0.4, 2.1
    found = rake(weights, cells, targets, counts=counts, trim=(low, high), max_rounds=2000)
    sums = np.concatenate([np.eye(len(target))[cell].T for cell, target in zip(cells, targets, strict=True)])
    feasible = []
    for weight, count in zip(weights.T, counts.T, strict=True):
        mean = weight.sum() / count.sum()
        bounds = np.column_stack([low * mean * count, high * mean * count])
        answer = linprog(np.zeros(len(weight)), A_eq=sums, b_eq=np.concatenate(targets) * weight.sum(), bounds=bounds)
        feasible.append(answer.status == 0)
    assert 0 < sum(feasible) < len(feasible)
    np.testing.assert_array_equal(found.converged, feasible)


def test_margins_that_contradict_each_other_are_reported():
    same = np.array([0, 0, 1, 1])
    found = rake(np.ones((4, 1)), [same, same], [np.array([0.5, 0.5]), np.array([0.6, 0.4])], max_rounds=7)
    assert (found.converged.tolist(), found.rounds.tolist()) == ([False], [7])
    assert found.error[0] == pytest.approx(0.1)


@pytest.mark.parametrize("trim", [None, (0.2, 5.0)])
def test_a_replicate_without_a_category_is_marked_and_harms_no_other(trim):
    weights = np.ones((6, 3))
    weights[:2, 1] = 0
    weights[:, 2] = 0
    codes, targets = [np.array([0, 0, 1, 1, 2, 2])], [np.array([0.5, 0.3, 0.2])]
    found = rake(weights, codes, targets, trim=trim)
    assert found.converged.tolist() == [True, False, False]
    assert np.isnan(found.error).tolist() == [False, True, True]
    assert np.isnan(found.weights).all(axis=0).tolist() == [False, True, True]
    np.testing.assert_allclose(found.weights[:, 0], [1.5, 1.5, 0.9, 0.9, 0.6, 0.6])
    assert "impossible" in str(RakingReport.of(weights[:, 1], found, 1))


def test_category_without_rows_or_share_is_no_failure():
    found = rake(np.ones((3, 1)), [np.array([0, 0, 2])], [np.array([0.5, 0.0, 0.5])])
    np.testing.assert_allclose(found.weights[:, 0], [0.75, 0.75, 1.5])
    assert found.converged.all()


def test_weights_given_are_left_alone():
    weights = np.ones((24, 2))
    rake(weights, MARGINS.codes(FRAME), MARGINS.targets(), trim=(0.3, 3.0))
    np.testing.assert_array_equal(weights, 1)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_margins_limits_and_totals_hold(seed, trimmed):
    weights, cells, targets, _ = replicates(seed, members=6)
    trim = (0.25, 6.0) if trimmed else None
    found = rake(weights, cells, targets, trim=trim, max_rounds=500)
    done = found.weights[:, found.converged]
    assert found.converged.any()
    for member in done.T:
        for cell, target in zip(cells, targets, strict=True):
            np.testing.assert_allclose(shares_of(member, cell, len(target)), target, atol=2e-6)
    np.testing.assert_allclose(done.sum(axis=0), weights.sum(axis=0)[found.converged], rtol=1e-5 if trim else 1e-12)
    np.testing.assert_array_equal(done == 0, weights[:, found.converged] == 0)
    if trim:
        mean = weights.sum(axis=0) / (weights > 0).sum(axis=0)
        relative = np.where(found.weights > 0, found.weights / mean, 1.0)
        assert relative.min() >= trim[0] - 1e-12
        assert relative.max() <= trim[1] + 1e-12


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.001, 1000))
def test_unit_of_weights_does_not_matter(seed, unit):
    weights, cells, targets, _ = replicates(seed, members=2)
    one = rake(weights, cells, targets, tolerance=1e-10)
    other = rake(weights * unit, cells, targets, tolerance=1e-10)
    np.testing.assert_allclose(other.weights, one.weights * unit, rtol=1e-7)


def test_report():
    found = rake(WEIGHT[:, None], MARGINS.codes(FRAME), MARGINS.targets(), trim=(0.4, 1.7))
    report = RakingReport.of(WEIGHT, found)
    after = found.weights[:, 0]
    assert report.ratio == pytest.approx(1.7 / 0.4)
    assert report.deff_before == pytest.approx(1 + WEIGHT.var() / WEIGHT.mean() ** 2)
    assert report.deff_after == pytest.approx(1 + after.var() / after.mean() ** 2)
    assert str(report).startswith(f"raking converged in {report.rounds} rounds, largest margin error")
    assert "up to 4.2 times, 3 trimmed; design effect of weights 1.28 before, 1.21 after" in str(report)
    short = rake(WEIGHT[:, None], MARGINS.codes(FRAME), MARGINS.targets(), max_rounds=1)
    assert "did NOT converge (widen the limits, or join small categories) in 1 round, largest" in str(
        RakingReport.of(WEIGHT, short)
    )


def test_weighting_deff_of_several_columns():
    np.testing.assert_allclose(weighting_deff(np.array([[1.0, 1.0], [1.0, 3.0], [1.0, 0.0]])), [1, 2 * 10 / 16])


def test_margins_take_shares_percent_and_totals():
    as_totals = {name: {key: share * 5e7 for key, share in margin.items()} for name, margin in SHARES.items()}
    as_percent = {name: {key: share * 100 for key, share in margin.items()} for name, margin in SHARES.items()}
    series = {name: pd.Series(margin) for name, margin in SHARES.items()}
    for given_ in (as_totals, as_percent, series, {**as_totals, "age": SHARES["age"]}):
        for found, target in zip(Margins(given_).targets(), MARGINS.targets(), strict=True):
            np.testing.assert_allclose(found, target, rtol=1e-12)
    rounded = Margins({"age": {"A": 33.3, "B": 33.3, "C": 33.3}})
    np.testing.assert_allclose(rounded.targets()[0], 1 / 3, rtol=1e-12)
    assert Margins(SHARES) == MARGINS


def test_codes_of_any_frame():
    text = pl.DataFrame({"gender": list("fmm"), "region": [2, 0, 1]})
    margins = Margins({"gender": {"m": 5, "f": 10}, "region": {0: 5, 1: 5, 2: 5}})
    for frame in (text, text.lazy(), text.to_dict(as_series=False), pd.DataFrame(text.to_dict(as_series=False))):
        found = margins.codes(frame)
        assert [codes.tolist() for codes in found] == [[1, 0, 0], [2, 0, 1]]
    labels = pd.DataFrame({"gender": pd.Categorical(["f", "m", "m"], ["x", "f", "m"]), "region": [0.0, 1.0, 2.0]})
    assert [codes.tolist() for codes in margins.codes(labels)] == [[1, 0, 0], [0, 1, 2]]


def test_all_that_is_wrong_with_the_columns_is_named():
    frame = FRAME.assign(
        gender=FRAME["gender"].where(FRAME.index > 1), age=FRAME["age"].replace({"C": "D"}), region=FRAME["region"] % 2
    )
    with pytest.raises(SurveyError) as caught:
        MARGINS.codes(frame)
    missing, strange, gone, empty = str(caught.value).split("\n")
    assert missing.startswith(
        "raking variable 'gender' is missing in 2 rows, first 1. Give such rows a category of their"
    )
    assert strange.startswith(
        "raking variable 'age' holds 'D' (8 rows, first 3), which its margin lacks; that has 'A', 'B'"
    )
    assert "'age' has an empty cell: no row is in 'C', so that no weight" in gone
    assert "'region' has an empty cell: no row is in 2, so that" in empty
    assert empty.endswith("Join it with a neighbouring category, in the column and in the margin.")


def test_column_that_is_not_there():
    with pytest.raises(SurveyError, match=r"(?s)no column 'age'.*called as the columns they are about"):
        MARGINS.codes(FRAME.drop(columns="age"))


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"g": {"f": 0.5, "m": 0.4}}, r"shares of margin 'g' sum to 0.9, not to 1"),
        ({"g": {"f": 1.1, "m": -0.1}}, r"margin 'g' needs shares or totals above 0; it has 'm': -0.1"),
        ({"g": {"f": 1.0, "m": 0.0}}, r"it has 'm': 0\. A category that nobody is in is left out"),
        ({"g": {"f": 1.0, "m": float("nan")}}, r"it has 'm': nan"),
        ({"g": {}}, r"it has none"),
        ({"g": {"f": "half"}}, r"margin 'g' must give each category a number"),
        ({"g": [0.5, 0.5]}, r"margin 'g' must give each category a number"),
        ({"g": {"f": 60, "m": 40}, "a": {"A": 60, "B": 70}}, r"totals disagree: 100 \('g'\) and 130 \('a'\)"),
        ({}, r"margins are due as"),
        (None, r"margins are due as"),
        ({3: {"f": 1.0}}, r"margin 3 must be called as a column is"),
    ],
)
def test_margins_that_are_none(shares, message):
    with pytest.raises(SurveyError, match=message):
        Margins(shares)


@pytest.mark.parametrize(
    "setting",
    [
        *({"trim": trim} for trim in (3, (0.3,), (1.2, 3), (0.3, 0.9), (-1, 3), (0.3, float("inf")), ("a", "b"))),
        *({"max_rounds": rounds} for rounds in (0, 2.5)),
        *({"tolerance": tolerance} for tolerance in (0.0, 0.5, "small")),
    ],
)
def test_settings_out_of_range(setting):
    with pytest.raises(OptionError, match=next(iter(setting))):
        Margins(SHARES, **setting)
