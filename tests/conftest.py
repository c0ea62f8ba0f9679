"""Data that lie beside the project, for tests that need respondents' rows; these tests are skipped where it is absent."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let reports and pictures in Korean warn of missing letters on a machine that has no font with them."""
    from csindex.plot.kit.style import korean_font

    if korean_font() is None:
        for item in items:
            item.add_marker(pytest.mark.filterwarnings("ignore::csindex.FontWarning"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data and of other programs' outputs beside the repository."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder shared/ with respondents' rows is not beside the repository")
    return folder


@pytest.fixture(scope="session")
def mobi(shared: Path) -> pd.DataFrame:
    """Answers of 250 customers of a mobile phone provider, complete."""
    return pd.read_csv(shared / "data" / "mobi.csv")


@pytest.fixture(scope="session")
def mobi_missing(shared: Path) -> pd.DataFrame:
    """The same answers with one cell in 29 left empty."""
    return pd.read_csv(shared / "data" / "mobi_missing.csv")


@pytest.fixture(scope="session")
def acsi2015(shared: Path) -> Path:
    """The respondent file of the ACSI sample of 2015, with its raw codes."""
    return shared / "data" / "acsi2015.csv"


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20250801)
