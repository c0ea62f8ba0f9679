"""The indices of Switzerland, Hong Kong and China."""

from dataclasses import replace

from csindex.model.library import questions as ask
from csindex.model.library.build import Block, Columns, arrows, asked, build
from csindex.model.model import Model

_ITEMS_OURS = "The number, the names and the wording of the items are ours."
_SWICS_SOURCE = "Bruhn & Grund (2000), Total Quality Management"
_SWICS_NOTES = (
    "Read, in the abstract: the three constructs.",
    "General knowledge, not read again: the three paths.",
    _ITEMS_OURS,
)
_SWICS = (
    ask.SATISFACTION,
    asked(
        "Dialogue",
        "Customer dialogue",
        "고객대화",
        ask.RATE,
        ask.GOOD,
        DIALOGUE1=("how easily you can get in touch with this company", "이 회사에 연락하기 쉬운 정도를"),
        DIALOGUE2=("the interest it takes in what you say", "고객의 말에 기울이는 관심을"),
        DIALOGUE3=("the answers it gives you", "고객에게 주는 답변을"),
    ),
    ask.loyalty(ask.REPUR | ask.RECOMMEND | ask.BUYMORE),
)
_HKCSI_SOURCE = "Chan, Hui, Lo, Tse, Tso & Wu (2003), European Journal of Marketing 37(5/6), 872-909"
_HKCSI_NOTES = (
    "Read, in the abstract: products rather than firms are measured, and the model has a place for the consumer's "
    "characteristics (age, education, income).",
    "General knowledge, not read again: the other six constructs.",
    "Inferred, from the American index: the nine paths; no sign is expected of Voice -> Loyalty.",
    "The consumer's characteristics are left out, as they are no ratings and have no score from 0 to 100.",
    _ITEMS_OURS,
)
_HKCSI = (
    ask.EXPECTATIONS,
    Block("Performance", "Perceived performance", "인지성과", ask.QUALITY.questions),
    replace(ask.VALUE, label="Assessed value", label_ko="평가가치"),
    ask.SATISFACTION,
    Block("Voice", "Consumer voice", "소비자불평", ask.COMP),
    ask.loyalty(ask.REPUR | ask.RECOMMEND),
)
_CCSI_SOURCE = "China Customer Satisfaction Index (no primary source read)"
_CCSI_NOTES = (
    "Read, in teaching material only: the six constructs, and that there are eleven paths.",
    "Inferred: which eleven paths these are.",
    _ITEMS_OURS,
)
_CCSI = (
    asked(
        "Image",
        "Brand image",
        "브랜드이미지",
        ask.RATE,
        ask.GOOD,
        IMAGE1=("the overall image of this brand", "이 브랜드의 전반적인 이미지를"),
        IMAGE2=("how well this brand is known and respected", "이 브랜드의 인지도와 평판을"),
        IMAGE3=("what sets this brand apart from others", "이 브랜드만의 특징을"),
    ),
    replace(ask.EXPECTATIONS, label="Expected quality", label_ko="기대품질"),
    ask.QUALITY,
    ask.VALUE,
    ask.SATISFACTION,
    ask.loyalty(ask.REPUR | ask.RECOMMEND),
)


def swics(*, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model of the Swiss Index of Customer Satisfaction.

    Parameters
    ----------
    scale : (float, float)
        The scale of every item.
    **columns
        Your columns, by item (``SATIS="q9"``) or by construct (``Dialogue=["q4", "q5", "q6"]``); see `Model.rename`.

    Raises
    ------
    ModelError
        If a keyword is neither an item nor a construct.

    Notes
    -----
    Read, in the abstract: the three constructs.
    General knowledge, not read again: the three paths.
    The number, the names and the wording of the items are ours.

    References
    ----------
    Bruhn & Grund (2000), Total Quality Management

    Examples
    --------
    >>> import csindex as csi
    >>> csi.swics().construct_names
    ('Satisfaction', 'Dialogue', 'Loyalty')
    """
    paths = arrows(Satisfaction="Dialogue Loyalty", Dialogue="Loyalty")
    return build(
        _SWICS,
        paths,
        name="Swiss Index of Customer Satisfaction",
        source=_SWICS_SOURCE,
        notes=_SWICS_NOTES,
        scale=scale,
        columns=columns,
    )


def hkcsi(*, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model of the Hong Kong Consumer Satisfaction Index.

    Parameters
    ----------
    scale : (float, float)
        The scale of the rating items; ``COMP`` stays on 0-1.
    **columns
        Your columns, by item (``SATIS="q9"``) or by construct (``Value=["q7", "q8"]``); see `Model.rename`.

    Raises
    ------
    ModelError
        If a keyword is neither an item nor a construct.

    Notes
    -----
    Read, in the abstract: products rather than firms are measured, and the model has a place for the consumer's
    characteristics (age, education, income).
    General knowledge, not read again: the other six constructs.
    Inferred, from the American index: the nine paths; no sign is expected of Voice -> Loyalty.
    The consumer's characteristics are left out, as they are no ratings and have no score from 0 to 100.
    The number, the names and the wording of the items are ours.

    References
    ----------
    Chan, Hui, Lo, Tse, Tso & Wu (2003), European Journal of Marketing 37(5/6), 872-909

    Examples
    --------
    >>> import csindex as csi
    >>> len(csi.hkcsi().paths)
    9
    """
    paths = arrows(
        Expectations="Performance Value Satisfaction",
        Performance="Value Satisfaction",
        Value="Satisfaction",
        Satisfaction="-Voice Loyalty",
        Voice="?Loyalty",
    )
    return build(
        _HKCSI,
        paths,
        name="Hong Kong Consumer Satisfaction Index",
        source=_HKCSI_SOURCE,
        notes=_HKCSI_NOTES,
        scale=scale,
        columns=columns,
    )


def ccsi(*, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model of the China Customer Satisfaction Index.

    Parameters
    ----------
    scale : (float, float)
        The scale of every item.
    **columns
        Your columns, by item (``SATIS="q9"``) or by construct (``Value=["q7", "q8"]``); see `Model.rename`.

    Raises
    ------
    ModelError
        If a keyword is neither an item nor a construct.

    Notes
    -----
    Read, in teaching material only: the six constructs, and that there are eleven paths.
    Inferred: which eleven paths these are.
    The number, the names and the wording of the items are ours.

    References
    ----------
    China Customer Satisfaction Index (no primary source read)

    Examples
    --------
    >>> import csindex as csi
    >>> len(csi.ccsi().paths)
    11
    """
    paths = arrows(
        Image="Expectations Quality Value Satisfaction",
        Expectations="Quality Value Satisfaction",
        Quality="Value Satisfaction",
        Value="Satisfaction",
        Satisfaction="Loyalty",
    )
    return build(
        _CCSI,
        paths,
        name="China Customer Satisfaction Index",
        source=_CCSI_SOURCE,
        notes=_CCSI_NOTES,
        scale=scale,
        columns=columns,
    )
