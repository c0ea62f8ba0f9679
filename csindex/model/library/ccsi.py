"""The Chinese index."""

from dataclasses import replace

from csindex.model.library import questions as ask
from csindex.model.library.build import Columns, Template, arrows, documented
from csindex.model.model import Model

_CCSI = Template(
    name="China Customer Satisfaction Index",
    source="China Customer Satisfaction Index (no primary source read)",
    notes=(
        "Read, in teaching material only: the six constructs, and that there are eleven paths.",
        "Inferred: which eleven paths these are.",
        ask.ITEMS_OURS,
    ),
    blocks=(
        ask.rated(
            "Image",
            "Brand image",
            "브랜드이미지",
            IMAGE1=("the overall image of this brand", "이 브랜드의 전반적인 이미지를"),
            IMAGE2=("how well this brand is known and respected", "이 브랜드의 인지도와 평판을"),
            IMAGE3=("what sets this brand apart from others", "이 브랜드만의 특징을"),
        ),
        replace(ask.EXPECTATIONS, label="Expected quality", label_ko="기대품질"),
        ask.QUALITY,
        ask.VALUE,
        ask.SATISFACTION,
        ask.loyalty(ask.REPUR | ask.RECOMMEND),
    ),
    paths=arrows(
        Image="Expectations Quality Value Satisfaction",
        Expectations="Quality Value Satisfaction",
        Quality="Value Satisfaction",
        Value="Satisfaction",
        Satisfaction="Loyalty",
    ),
)


@documented(_CCSI, item="SATIS", construct="Value")
def ccsi(*, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model of the China Customer Satisfaction Index.

    Parameters
    ----------
    scale : (float, float)
        The scale of every item.
    {columns}

    {sections}

    Examples
    --------
    >>> import csindex as csi
    >>> len(csi.ccsi().paths)
    11
    """
    return _CCSI.model(scale, columns)
