"""The American index."""

from typing import Literal

from csindex.errors import OptionError
from csindex.model.library import questions as ask
from csindex.model.library.build import Block, Columns, arrows, asked, build
from csindex.model.model import Model
from csindex.options import choose

_NAME = "American Customer Satisfaction Index"
SOURCE = (
    "Fornell, Johnson, Anderson, Cha & Bryant (1996), Journal of Marketing 60(4), 7-18; "
    "items as in Morgeson, Hult, Sharma & Fornell (2023), Data in Brief 48, 109123"
)
_OURS = "The questions are worded by us and are not the agency's."
_STANDARD_NOTES = (
    "Read: the six constructs and their nine paths (ICPSR study 3973, the agencies' method pages), and the names and "
    "scales of the thirteen items (the 2015 file).",
    "General knowledge, not read again: that the agency's own model has fifteen indicators; which two are added is not "
    "known to us.",
    "Inferred from the 2015 answers: that price tolerance enters as one ladder from -1 to 51.",
    "No sign is expected of Complaints -> Loyalty: it depends on how complaints are handled.",
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
_SPLIT_PATHS = arrows(
    Expectations="ProductQuality ServiceQuality Value Satisfaction",
    ProductQuality="Value Satisfaction",
    ServiceQuality="Value Satisfaction",
    Value="Satisfaction",
    Satisfaction="-Complaints Loyalty",
    Complaints="?Loyalty",
)
_GOVERNMENT_PATHS = arrows(
    Process="Satisfaction",
    Information="Satisfaction",
    CustomerService="Satisfaction",
    Website="Satisfaction",
    Satisfaction="-Complaints Trust",
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


_SPLIT = (
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
        Add the item ``PTOL`` to loyalty, on -1 to 51 (`csindex.price_tolerance` makes it).
    scale : (float, float)
        The scale of the rating items; ``COMP`` stays on 0-1 and ``PTOL`` on -1 to 51.
    **columns
        Your columns, by item (``SATIS="q9"``) or by construct (``Value=["q7", "q8"]``); see `Model.rename`.

    Raises
    ------
    OptionError
        If the variant is not known, or price tolerance is asked of the government variant.
    ModelError
        If a keyword is neither an item nor a construct.

    Notes
    -----
    Read: the six constructs and their nine paths (ICPSR study 3973, the agencies' method pages), and the names and
    scales of the thirteen items (the 2015 file).
    General knowledge, not read again: that the agency's own model has fifteen indicators; which two are added is not
    known to us.
    Inferred from the 2015 answers: that price tolerance enters as one ladder from -1 to 51.
    No sign is expected of Complaints -> Loyalty: it depends on how complaints are handled.
    The questions are worded by us and are not the agency's.

    *Split.* Read: that some industries measure product quality and service quality apart.
    General knowledge: three items each, and both act on value and satisfaction.
    Inferred: that expectations act on both qualities; the item names of the two qualities are ours.

    *Government.*
    Read: the four drivers with two aspects of each, the satisfaction items, and the outcomes complaints and trust.
    Inferred: that the drivers act on satisfaction only and that complaints do not act on trust;
    the items of trust and the names of the new items are ours.

    References
    ----------
    Fornell, Johnson, Anderson, Cha & Bryant (1996), Journal of Marketing 60(4), 7-18;
    items as in Morgeson, Hult, Sharma & Fornell (2023), Data in Brief 48, 109123

    Examples
    --------
    >>> import csindex as csi
    >>> csi.acsi(SATIS="q9").construct("Satisfaction").items
    ('q9', 'CONFIRM', 'IDEAL')
    """
    kind = choose("variant", variant, ("standard", "split", "government"))
    if price_tolerance and kind == "government":
        raise OptionError(
            "variant='government' has no loyalty for price tolerance to belong to. Leave out price_tolerance=True."
        )
    loyalty = ask.loyalty(ask.REPUR | ask.PTOL if price_tolerance else ask.REPUR)
    before, after = (ask.EXPECTATIONS,), (ask.VALUE, ask.SATISFACTION, ask.COMPLAINTS, loyalty)
    name, blocks, paths, notes = {
        "standard": (_NAME, (*before, ask.QUALITY, *after), PATHS, _STANDARD_NOTES),
        "split": (
            f"{_NAME}, split quality",
            (*before, *_SPLIT, *after),
            _SPLIT_PATHS,
            _STANDARD_NOTES[1:] + _SPLIT_NOTES,
        ),
        "government": (
            f"{_NAME}, government",
            (*_DRIVERS, ask.SATISFACTION, ask.COMPLAINTS, _TRUST),
            _GOVERNMENT_PATHS,
            _GOVERNMENT_NOTES,
        ),
    }[kind]
    return build(blocks, paths, name=name, source=SOURCE, notes=(*notes, _OURS), scale=scale, columns=columns)
