"""What a report says to do first."""

import pytest

import csindex as csi


@pytest.mark.filterwarnings("ignore::csindex.ConventionWarning")
@pytest.mark.parametrize("industry", ["processed food", "banks"])
def test_expectations_are_never_what_to_do_first(industry, tmp_path):
    """What customers expect before they buy has the largest weight of food, and is no lever."""
    result = csi.fit(csi.acsi(), csi.datasets.acsi2015(industry), replicates=50)
    text = _text(result, tmp_path)
    said = next(
        line for line in text.splitlines() if "Most goes with" in line or line.lstrip("- ").startswith("First:")
    )
    assert "quality" in said.lower()
    assert "expectation" not in said.lower()
    assert "can be promised, not improved" in text


@pytest.mark.filterwarnings("ignore::csindex.ConventionWarning")
def test_every_unit_has_something_to_begin_with(tmp_path):
    result = csi.fit(csi.acsi(), csi.datasets.acsi2015(), replicates=50)
    text = _text(result, tmp_path)
    assert text.count("none; most points: ") == 4
    assert "most points: customer expectations" not in text.lower()


def _text(result, folder):
    csi.report(result, folder / "report.md")
    return (folder / "report.md").read_text(encoding="utf-8")
