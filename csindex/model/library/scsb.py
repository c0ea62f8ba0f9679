"""The Swedish barometer."""

from csindex.model.library import questions as ask
from csindex.model.library.build import Block, Columns, Template, arrows, documented
from csindex.model.model import Model

_SCSB = Template(
    name="Swedish Customer Satisfaction Barometer",
    source="Fornell (1992), Journal of Marketing 56(1), 6-21",
    notes=(
        "Read, in the abstract and a secondary source: the five constructs and six paths.",
        "General knowledge, not read again: which items each construct has, and that ratings are on ten points.",
        "Inferred: that the two complaint items are yes/no questions.",
        ask.COMPLAINTS_UNSIGNED,
        "The names of the items and the questions are ours.",
    ),
    blocks=(
        Block(
            "Expectations",
            "Customer expectations",
            "고객기대",
            {"OVERALLX": ask.EXPECTATIONS.questions["OVERALLX"]},
        ),
        Block("Performance", "Perceived performance", "인지성과", ask.VALUE.questions),
        ask.SATISFACTION,
        Block(
            "Complaints",
            "Customer complaints",
            "고객불평",
            {
                "VOICESTAFF": (
                    "Have you complained to the staff? (0 no, 1 yes)",
                    "직원에게 불만을 제기하신 적이 있습니까? (0 없다, 1 있다)",
                ),
                "VOICEMANAGE": (
                    "Have you complained to the management? (0 no, 1 yes)",
                    "책임자에게 불만을 제기하신 적이 있습니까? (0 없다, 1 있다)",
                ),
            },
        ),
        ask.loyalty(
            ask.REPUR
            | {
                "STAYDEARER": (
                    f"If prices went up, how likely are you to stay with this company? {ask.LIKELY[0]}",
                    f"가격이 오르더라도 이 회사를 계속 이용하실 가능성은 얼마나 높습니까? {ask.LIKELY[1]}",
                )
            }
        ),
    ),
    paths=arrows(
        Expectations="Performance Satisfaction",
        Performance="Satisfaction",
        Satisfaction="-Complaints Loyalty",
        Complaints="?Loyalty",
    ),
)


@documented(_SCSB, item="SATIS", construct="Performance")
def scsb(*, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model of the Swedish Customer Satisfaction Barometer of 1989.

    Parameters
    ----------
    scale : (float, float)
        The scale of the rating items; the complaint items stay on 0-1.
    {columns}

    {sections}

    Examples
    --------
    >>> import csindex as csi
    >>> csi.scsb().construct_names
    ('Expectations', 'Performance', 'Satisfaction', 'Complaints', 'Loyalty')
    """
    return _SCSB.model(scale, columns)
