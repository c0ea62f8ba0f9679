"""The Korean national index."""

from dataclasses import replace

from csindex.model.library import questions as ask
from csindex.model.library.acsi import PATHS
from csindex.model.library.build import Columns, Template, documented
from csindex.model.model import Model

_NCSI = Template(
    name="National Customer Satisfaction Index, Korea",
    source=(
        "Korea Productivity Center, National Customer Satisfaction Index (since 1998), on the model of Fornell, Johnson, "
        "Anderson, Cha & Bryant (1996), Journal of Marketing 60(4), 7-18"
    ),
    notes=(
        "Read, in the press: the names of the published components, and that the model follows the American one.",
        "General knowledge: the questions are those of the American index, in Korean, on ten points.",
        "Inferred: the nine paths; no sign is expected of Complaints -> Loyalty.",
        "The published retention rate is no construct of the model; see csindex.retention.",
        "The items are called as in the 2015 ACSI file and are worded by us; the agency's questionnaire was not read.",
    ),
    blocks=(
        replace(ask.EXPECTATIONS, label_ko="고객기대수준"),
        ask.QUALITY,
        ask.VALUE,
        ask.SATISFACTION,
        replace(ask.COMPLAINTS, label_ko="고객불평률"),
        ask.loyalty(ask.REPUR),
    ),
    paths=PATHS,
)


@documented(_NCSI, item="SATIS", construct="Value")
def ncsi(*, price_tolerance: bool = False, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model of the Korean National Customer Satisfaction Index.

    Parameters
    ----------
    price_tolerance : bool
        Add the item ``PTOL`` to loyalty, on -1 to 51 (`csindex.price_tolerance` computes it).
    scale : (float, float)
        The scale of the rating items; ``COMP`` stays on 0-1 and ``PTOL`` on -1 to 51.
    {columns}

    {sections}

    Examples
    --------
    >>> import csindex as csi
    >>> csi.ncsi().construct("Expectations").label_ko
    '고객기대수준'
    """
    template = ask.with_price_tolerance(_NCSI) if price_tolerance else _NCSI
    return template.model(scale, columns)
