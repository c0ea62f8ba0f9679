"""docs/agreement.md says what the comparisons find."""

import pytest

from tests.reference import agreement_words as words
from tests.reference.agreement import PAGE, tables

pytestmark = pytest.mark.filterwarnings("ignore::csindex.CsindexWarning")

# Another machine sums in another order, which can turn the last digit or two of what is rounding; what is not rounding is
# there in every digit.
MACHINES = 10
ROUNDING = 1e-14


def cells(markdown):
    """Return the text of every cell of a table under (row, column)."""
    lines = [[cell.strip() for cell in line.strip("|\n ").split(" | ")] for line in markdown.splitlines()]
    head, _, *body = lines
    return {(row[0], column): row[at] for row in body for at, column in enumerate(head) if 0 < at < len(row)}


def on_the_page(heading):
    """Return the cells of the table that follows some words."""
    rest = PAGE.read_text(encoding="utf-8").partition(heading)[2]
    return cells(rest.strip().partition("\n\n")[0])


def holds(found):
    """Compare tables with the page, whose figures may not be smaller than what is found here."""
    for heading, table in found.items():
        page = on_the_page(heading)
        for row, values in table.iterrows():
            for column, value in values.dropna().items():
                assert value <= MACHINES * float(page[row, column]) + ROUNDING, (row, column)
    return found


def test_the_page_has_the_words():
    page = PAGE.read_text(encoding="utf-8")
    parts = (words.ABOUT, words.ESTIMATES, words.PLSC, words.QUALITY, words.PREDICTION, words.ORDINAL, words.COVARIANCE)
    for part in (*parts, words.STAGES, words.BOOTSTRAP, words.MONTE_CARLO, words.TABLES, words.DEFINITIONS):
        assert part in page


def test_figures_that_need_no_rows():
    assert len(holds(tables(None))) == 6


@pytest.mark.slow
def test_all_figures(shared):
    found = holds(tables(shared))
    for heading, table in found.items():
        there = {place for place, text in on_the_page(heading).items() if text}
        assert there == {(row, column) for row, values in table.iterrows() for column in values.dropna().index}
