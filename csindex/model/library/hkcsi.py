"""The index of Hong Kong."""

from dataclasses import replace

from csindex.model.library import questions as ask
from csindex.model.library.build import Block, Columns, Template, arrows, documented
from csindex.model.model import Model

_HKCSI = Template(
    name="Hong Kong Consumer Satisfaction Index",
    source="Chan, Hui, Lo, Tse, Tso & Wu (2003), European Journal of Marketing 37(5/6), 872-909",
    notes=(
        "Read, in the abstract: products rather than firms are measured, and the model has a place for the consumer's "
        "characteristics (age, education, income).",
        "General knowledge, not read again: the other six constructs.",
        "Inferred, from the American index: the nine paths; no sign is expected of Voice -> Loyalty.",
        "The consumer's characteristics are left out, as they are no ratings and have no score from 0 to 100.",
        ask.ITEMS_OURS,
    ),
    blocks=(
        ask.EXPECTATIONS,
        Block("Performance", "Perceived performance", "인지성과", ask.QUALITY.questions),
        replace(ask.VALUE, label="Assessed value", label_ko="평가가치"),
        ask.SATISFACTION,
        Block("Voice", "Consumer voice", "소비자불평", ask.COMP),
        ask.loyalty(ask.REPUR | ask.RECOMMEND),
    ),
    paths=arrows(
        Expectations="Performance Value Satisfaction",
        Performance="Value Satisfaction",
        Value="Satisfaction",
        Satisfaction="-Voice Loyalty",
        Voice="?Loyalty",
    ),
)


@documented(_HKCSI, item="SATIS", construct="Value")
def hkcsi(*, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model of the Hong Kong Consumer Satisfaction Index.

    Parameters
    ----------
    scale : (float, float)
        The scale of the rating items; ``COMP`` stays on 0-1.
    {columns}

    {sections}

    Examples
    --------
    >>> import csindex as csi
    >>> len(csi.hkcsi().paths)
    9
    """
    return _HKCSI.model(scale, columns)
