"""The Swiss index."""

from csindex.model.library import questions as ask
from csindex.model.library.build import Columns, Template, arrows, documented
from csindex.model.model import Model

_SWICS = Template(
    name="Swiss Index of Customer Satisfaction",
    source="Bruhn & Grund (2000), Total Quality Management",
    notes=(
        "Read, in the abstract: the three constructs.",
        "General knowledge, not read again: the three paths.",
        ask.ITEMS_OURS,
    ),
    blocks=(
        ask.SATISFACTION,
        ask.rated(
            "Dialogue",
            "Customer dialogue",
            "고객대화",
            DIALOGUE1=("how easily you can get in touch with this company", "이 회사에 연락하기 쉬운 정도를"),
            DIALOGUE2=("the interest it takes in what you say", "고객의 말에 기울이는 관심을"),
            DIALOGUE3=("the answers it gives you", "고객에게 주는 답변을"),
        ),
        ask.loyalty(ask.REPUR | ask.RECOMMEND | ask.BUYMORE),
    ),
    paths=arrows(Satisfaction="Dialogue Loyalty", Dialogue="Loyalty"),
)


@documented(_SWICS, item="SATIS", construct="Dialogue")
def swics(*, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model of the Swiss Index of Customer Satisfaction.

    Parameters
    ----------
    scale : (float, float)
        The scale of every item.
    {columns}

    {sections}

    Examples
    --------
    >>> import csindex as csi
    >>> csi.swics().construct_names
    ('Satisfaction', 'Dialogue', 'Loyalty')
    """
    return _SWICS.model(scale, columns)
