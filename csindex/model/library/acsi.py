"""The American index."""

from dataclasses import replace
from typing import Literal

from csindex.errors import OptionError
from csindex.messages import Message
from csindex.model.library import questions as ask
from csindex.model.library.build import Block, Columns, Template, arrows, asked, documented
from csindex.model.model import Model
from csindex.options import choose

_OURS = "The questions are worded by us and are not the agency's."
_NOTES = (
    "General knowledge, not read again: that the agency's own model has fifteen indicators; which two are added is not "
    "known to us.",
    "Inferred from the 2015 answers: that price tolerance enters as one ladder from -1 to 51.",
    ask.COMPLAINTS_UNSIGNED,
)
_SPLIT_NOTES = (
    "Read: that some industries measure product quality and service quality apart.",
    "General knowledge: three items each, and both act on value and satisfaction.",
    "Inferred: that expectations act on both qualities; the item names of the two qualities are ours.",
)
_GOVERNMENT_NOTES = (
    "Read: the four drivers with two aspects of each, the satisfaction items, and the outcomes complaints and trust.",
    "Inferred: that the drivers act on satisfaction only and that complaints do not act on trust; "
    "the items of trust and the names of the new items are ours.",
)
PATHS = arrows(
    Expectations="Quality Value Satisfaction",
    Quality="Value Satisfaction",
    Value="Satisfaction",
    Satisfaction="-Complaints Loyalty",
    Complaints="?Loyalty",
)


def _quality(name: str, label: str, label_ko: str, what: str, what_ko: str) -> Block:
    suffix = name[0]
    return asked(
        name,
        label,
        label_ko,
        ("From your own experience, how good is {}?", "실제로 이용해 보신 결과 {} 어떻습니까?"),
        ask.GOOD,
        **{
            f"OVERALL{suffix}": (f"the quality of the {what} overall", f"{what_ko}의 전반적인 품질은"),
            f"CUSTOM{suffix}": (f"the fit of the {what} with your own needs", f"{what_ko} 면에서 필요에 맞는 정도는"),
            f"WRONG{suffix}": (
                f"the reliability of the {what}, that is, how seldom something goes wrong",
                f"{what_ko} 면에서 문제가 생기는 일 없이 믿을 수 있는 정도는",
            ),
        },
    )


_QUALITIES = (
    _quality("ProductQuality", "Product quality", "제품품질", "product", "제품"),
    _quality("ServiceQuality", "Service quality", "서비스품질", "service", "서비스"),
)
_AGENCY = ("How good is this agency at {}?", "이 기관의 {} 어떻습니까?")
_DRIVERS = (
    asked(
        "Process",
        "Process",
        "업무처리",
        _AGENCY,
        ask.GOOD,
        TIMELY=("dealing with your matter in good time", "업무 처리가 제때 이루어지는 정도는"),
        EFFICIENT=("keeping its procedures efficient", "업무 절차의 효율성은"),
    ),
    asked(
        "Information",
        "Information",
        "정보제공",
        _AGENCY,
        ask.GOOD,
        CLEAR=("giving clear information", "정보가 알기 쉽고 분명한 정도는"),
        ACCESSIBLE=("making its information easy to get at", "정보를 찾고 이용하기 쉬운 정도는"),
    ),
    asked(
        "CustomerService",
        "Customer service",
        "고객응대",
        _AGENCY,
        ask.GOOD,
        COURTEOUS=("treating you with courtesy", "직원이 친절하게 응대하는 정도는"),
        PROFESSIONAL=("serving you with professional competence", "직원이 전문성을 갖춘 정도는"),
    ),
    asked(
        "Website",
        "Website",
        "누리집",
        _AGENCY,
        ask.GOOD,
        EASY=("making its website easy to use", "누리집을 이용하기 쉬운 정도는"),
        USEFUL=("making its website useful to you", "누리집이 도움이 되는 정도는"),
    ),
)
_TRUST = Block(
    "Trust",
    "Trust in the agency",
    "기관신뢰",
    {
        "TRUSTNOW": (
            "How much do you trust this agency today? (from not at all to fully)",
            "현재 이 기관을 얼마나 신뢰하십니까? (전혀 신뢰하지 않는다 ~ 전적으로 신뢰한다)",
        ),
        "CONFIDENT": (
            "How confident are you that this agency will do its work well in future? (from not at all to fully)",
            "앞으로 이 기관이 맡은 일을 잘할 것이라고 얼마나 확신하십니까? (전혀 확신하지 않는다 ~ 전적으로 확신한다)",
        ),
    },
)
_STANDARD = Template(
    name="American Customer Satisfaction Index",
    source=(
        "Fornell, Johnson, Anderson, Cha & Bryant (1996), Journal of Marketing 60(4), 7-18; "
        "items as in Morgeson, Hult, Sharma & Fornell (2023), Data in Brief 48, 109123"
    ),
    notes=(
        "Read: the six constructs and their nine paths (ICPSR study 3973, the agencies' method pages), and the names and "
        "scales of the thirteen items (the 2015 file).",
        *_NOTES,
        _OURS,
    ),
    blocks=(ask.EXPECTATIONS, ask.QUALITY, ask.VALUE, ask.SATISFACTION, ask.COMPLAINTS, ask.loyalty(ask.REPUR)),
    paths=PATHS,
)
_SPLIT = replace(
    _STANDARD,
    name=f"{_STANDARD.name}, split quality",
    notes=(*_NOTES, *_SPLIT_NOTES, _OURS),
    blocks=(ask.EXPECTATIONS, *_QUALITIES, *_STANDARD.blocks[2:]),
    paths=arrows(
        Expectations="ProductQuality ServiceQuality Value Satisfaction",
        ProductQuality="Value Satisfaction",
        ServiceQuality="Value Satisfaction",
        Value="Satisfaction",
        Satisfaction="-Complaints Loyalty",
        Complaints="?Loyalty",
    ),
)
_GOVERNMENT = replace(
    _STANDARD,
    name=f"{_STANDARD.name}, government",
    notes=(*_GOVERNMENT_NOTES, _OURS),
    blocks=(*_DRIVERS, ask.SATISFACTION, ask.COMPLAINTS, _TRUST),
    paths=arrows(
        Process="Satisfaction",
        Information="Satisfaction",
        CustomerService="Satisfaction",
        Website="Satisfaction",
        Satisfaction="-Complaints Trust",
    ),
)
_VARIANTS = {"standard": _STANDARD, "split": _SPLIT, "government": _GOVERNMENT}


@documented(_STANDARD, item="SATIS", construct="Value", split=_SPLIT_NOTES, government=_GOVERNMENT_NOTES)
def acsi(
    *,
    variant: Literal["standard", "split", "government"] = "standard",
    price_tolerance: bool = False,
    scale: tuple[float, float] = (1, 10),
    **columns: Columns,
) -> Model:
    """Return the American Customer Satisfaction Index model.

    Parameters
    ----------
    variant : {"standard", "split", "government"}
        Six constructs and 13 items, called as in the public 2015 file; the same with product and service quality apart;
        or the model of public agencies, with four drivers of satisfaction and trust in place of loyalty.
    price_tolerance : bool
        Add the item ``PTOL`` to loyalty, on -1 to 51 (`csindex.price_tolerance` computes it).
    scale : (float, float)
        The scale of the rating items; ``COMP`` stays on 0-1 and ``PTOL`` on -1 to 51.
    {columns}

    Raises
    ------
    OptionError
        If the variant is not known, or price tolerance is asked of the government variant.
    {unknown}

    Notes
    -----
    {notes}

    *Split.* {split}

    *Government.* {government}

    References
    ----------
    {source}

    Examples
    --------
    >>> import csindex as csi
    >>> csi.acsi(SATIS="q9").construct("Satisfaction").items
    ('q9', 'CONFIRM', 'IDEAL')
    """
    template = _VARIANTS[choose("variant", variant, _VARIANTS)]
    if price_tolerance and template is _GOVERNMENT:
        raise OptionError(Message("model.no_loyalty"))
    return (ask.with_price_tolerance(template) if price_tolerance else template).model(scale, columns)
