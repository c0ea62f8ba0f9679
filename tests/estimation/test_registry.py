"""Estimators that are registered within a test go through everything that a reader sees."""

from dataclasses import replace

import numpy as np
import pytest

import csindex as csi
from csindex.errors import OptionError
from csindex.estimation.estimator import ESTIMATORS, Estimator, Estimators
from csindex.estimation.pls.estimator import pls_estimates
from csindex.messages import words
from csindex.options import Options
from csindex.text.speaker import Speaker

WORDS, CHOICES = words(*Speaker.families), words("glossary")
MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1 + l2; Satisfaction ~ Quality; "
    "Loyalty ~ Satisfaction",
    target="Satisfaction",
)


class EqualWeights(Estimator):
    """Scores are sums of standardized items."""

    name = "plain sums"
    unconverged = "scheme"
    inadmissible = "advice_pls"
    default_replicates = 40

    def check(self, model, options):
        if model.layered:
            raise OptionError("estimator='plain sums' does not take higher-order constructs.")

    def estimate(self, mean, cov, design, options, start, given):
        return pls_estimates(mean, cov, replace(design, modes=("equal",) * design.k), options, start, given)


@pytest.fixture(scope="module")
def answers():
    return csi.simulate(MODEL, 400, seed=1)


@pytest.fixture
def registered():
    with ESTIMATORS.added(EqualWeights()):
        yield


@pytest.fixture
def result(registered, answers):
    return csi.fit(MODEL, answers, estimator="plain sums", progress=False)


def test_fit_takes_a_registered_estimator(result):
    assert result.options.estimator == "plain sums"
    assert result.replicates.estimates.status.shape == (1, 40)
    assert not result.estimates.status.any()
    weights = result.weights.groupby("construct").estimate
    np.testing.assert_allclose(weights.max(), weights.min())
    assert result.index.se.between(0, 5, inclusive="neither").all()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_summary_names_a_registered_estimator(result, lang):
    line = next(line for line in result.summary(lang).splitlines() if "plain sums" in line)
    assert WORDS[lang]["path"] not in line
    assert WORDS[lang]["items_standardized"] not in line


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_assess_takes_a_registered_estimator(result, lang):
    found = csi.assess(result)
    assert found.factors == ()
    assert found.reliability.estimate.notna().any()
    assert found.fit.p.notna().any()
    assert "Satisfaction" in found.summary(lang)


@pytest.mark.filterwarnings("ignore::csindex.errors.FontWarning")
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_report_names_a_registered_estimator(result, lang, tmp_path):
    csi.report(result, tmp_path / "report.html", lang=lang)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "plain sums" in page
    assert CHOICES[lang]["path"] not in page


def test_a_registered_estimator_checks_the_model(registered, answers):
    layered = csi.Model.parse(
        "Quality =~ q1 + q2 + q3; Value =~ s1 + s2 + s3; Both =~ Quality + Value; Loyalty =~ l1 + l2; Loyalty ~ Both",
        target="Loyalty",
    )
    with pytest.raises(OptionError, match="plain sums"):
        csi.fit(layered, answers, estimator="plain sums")


def test_a_registered_estimator_works_in_other_processes(result, registered, answers):
    apart = csi.fit(MODEL, answers, estimator="plain sums", n_jobs=2, block_size=20, progress=False)
    np.testing.assert_array_equal(apart.replicates.estimates.index, result.replicates.estimates.index)


def test_estimators_are_known_while_they_are_registered(answers):
    with ESTIMATORS.added(EqualWeights()):
        assert [*ESTIMATORS] == ["pls", "plsc", "cbsem", "plain sums"]
        assert Options(estimator="plain sums").estimator == "plain sums"
        with pytest.raises(OptionError, match="registered already"), ESTIMATORS.added(EqualWeights()):
            pass
    assert [*ESTIMATORS] == ["pls", "plsc", "cbsem"]
    for make in (Options, lambda **chosen: csi.fit(MODEL, answers, **chosen)):
        with pytest.raises(OptionError, match="Use one of: 'pls', 'plsc', 'cbsem'"):
            make(estimator="plain sums")


def test_the_registry_is_read_only_and_imports_what_is_asked_for():
    registry = Estimators({"absent": "csindex.no_such_module:Nothing"})
    assert [*registry] == ["absent"]
    assert "absent" in registry
    assert "pls" not in registry
    with pytest.raises(ModuleNotFoundError):
        registry["absent"]
    with pytest.raises(TypeError):
        ESTIMATORS["pls"] = EqualWeights()


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_has_its_words(name):
    estimator = ESTIMATORS[name]
    assert estimator.name == name
    assert f"failed_unconverged_{estimator.unconverged}" in words("fitting")["en"]
    for lang in ("en", "ko"):
        assert name in CHOICES[lang]
        assert {name, estimator.inadmissible} <= set(WORDS[lang])


def test_a_spelling_of_dwls_has_its_usual_errors(answers):
    result = csi.fit(MODEL, answers, estimator="cbsem", discrepancy="dwls")
    assert (result.options.discrepancy, result.options.errors) == ("DWLS", "robust")
