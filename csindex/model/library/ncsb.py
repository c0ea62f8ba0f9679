"""The Norwegian barometer."""

from dataclasses import replace

from csindex.model.library import questions as ask
from csindex.model.library.build import Columns, Template, arrows, asked, documented
from csindex.model.model import Model

_SERVQUAL = (
    ask.rated(
        "Tangibles",
        "Tangibles",
        "유형성",
        TANG1=("the rooms and equipment of this company", "이 회사의 시설과 설비를"),
        TANG2=("the appearance of its staff and materials", "직원의 용모와 안내물의 모양새를"),
    ),
    ask.rated(
        "Reliability",
        "Reliability",
        "신뢰성",
        RELI1=("how well it keeps its promises", "약속을 지키는 정도를"),
        RELI2=("how correctly it does its work the first time", "처음부터 일을 정확하게 처리하는 정도를"),
    ),
    ask.rated(
        "Responsiveness",
        "Responsiveness",
        "응답성",
        RESP1=("how promptly it serves you", "서비스의 신속성을"),
        RESP2=("how willing its staff are to help", "직원이 기꺼이 도우려는 정도를"),
    ),
    ask.rated(
        "Assurance",
        "Assurance",
        "확신성",
        ASSU1=("what its staff know about their work", "직원의 업무 지식을"),
        ASSU2=("how safe you feel in dealing with it", "안심하고 거래할 수 있는 정도를"),
    ),
    ask.rated(
        "Empathy",
        "Empathy",
        "공감성",
        EMPA1=("how well it understands your own situation", "고객님의 사정을 이해하는 정도를"),
        EMPA2=("the attention it gives to you in person", "고객님 개인에게 기울이는 관심을"),
    ),
)
_PRICE = asked(
    "Price",
    "Price index",
    "가격지수",
    ("How favourable is the price compared with {}?", "가격을 {} 비교하면 어떻습니까?"),
    ("(from not at all favourable to very favourable)", "(전혀 유리하지 않다 ~ 매우 유리하다)"),
    PRICEEXP=("what you had expected", "기대하셨던 수준과"),
    PRICECOMP=("that of other companies", "다른 회사와"),
)
_HANDLING = ask.rated(
    "ComplaintHandling",
    "Complaint handling",
    "불만처리",
    HANDLE1=("the way your last complaint was handled", "최근에 제기하신 불만의 처리 과정을"),
    HANDLE2=("the result of your last complaint", "최근에 제기하신 불만의 처리 결과를"),
)
_TIED = ("To what extent is it true that {}?", "다음 의견에 얼마나 동의하십니까? “{}”")
_OUTCOMES = (
    ask.rated(
        "Image",
        "Corporate image",
        "기업이미지",
        IMAGE1=("the reputation of this company", "이 회사의 평판을"),
        IMAGE2=("its image in comparison with other companies", "다른 회사와 비교한 이 회사의 이미지를"),
    ),
    asked(
        "AffectiveCommitment",
        "Affective commitment",
        "정서적몰입",
        _TIED,
        ask.AGREE,
        AFFE1=("you like being a customer of this company", "이 회사의 고객인 것이 좋다."),
        AFFE2=("you feel attached to this company", "이 회사에 애착을 느낀다."),
    ),
    asked(
        "CalculativeCommitment",
        "Calculative commitment",
        "계산적몰입",
        _TIED,
        ask.AGREE,
        CALC1=("it pays for you to stay with this company", "이 회사를 계속 이용하는 것이 이득이다."),
        CALC2=("changing the company would cost you much", "회사를 바꾸면 손해가 크다."),
    ),
    ask.loyalty(ask.REPUR | ask.RECOMMEND),
)
_NCSB = Template(
    name="Norwegian Customer Satisfaction Barometer",
    source=(
        "Johnson, Gustafsson, Andreassen, Lervik & Cha (2001), Journal of Economic Psychology 22, 217-245 "
        "(proposed model)"
    ),
    notes=(
        "Read, in the discussion and a secondary source: the constructs; price and complaint handling acting on "
        "satisfaction and loyalty; image as a consequence of satisfaction; image and both commitments acting on loyalty.",
        "The five SERVQUAL dimensions are five constructs, as the article reports on single ones (tangibles did badly).",
        "Inferred: that satisfaction acts on both commitments and directly on loyalty. Quality counted once, this gives "
        "twelve paths, as many as a later study tested of this model.",
        "No sign is expected of calculative commitment's paths: being tied need not come from being satisfied.",
        "Complaint handling is asked of complainers only, so it is left out unless asked for.",
        ask.ITEMS_OURS,
    ),
    blocks=(*_SERVQUAL, _PRICE, ask.SATISFACTION, *_OUTCOMES),
    paths=arrows(
        **{dimension.name: "Satisfaction" for dimension in _SERVQUAL},
        Price="Satisfaction Loyalty",
        Satisfaction="Image AffectiveCommitment ?CalculativeCommitment Loyalty",
        Image="Loyalty",
        AffectiveCommitment="Loyalty",
        CalculativeCommitment="?Loyalty",
    ),
)
_WITH_HANDLING = replace(
    _NCSB,
    blocks=(*_SERVQUAL, _PRICE, _HANDLING, ask.SATISFACTION, *_OUTCOMES),
    paths=_NCSB.paths + arrows(ComplaintHandling="Satisfaction Loyalty"),
)


@documented(_NCSB, item="SATIS", construct="Price")
def ncsb(*, complaint_handling: bool = False, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model proposed for the Norwegian Customer Satisfaction Barometer in 2001.

    Parameters
    ----------
    complaint_handling : bool
        Add complaint handling as a driver of satisfaction and loyalty. Fit this to complainers: with
        ``missing="listwise"`` all other respondents are left out.
    scale : (float, float)
        The scale of every item.
    {columns}

    {sections}

    Examples
    --------
    >>> import csindex as csi
    >>> len(csi.ncsb().paths), len(csi.ncsb(complaint_handling=True).paths)
    (14, 16)
    """
    return (_WITH_HANDLING if complaint_handling else _NCSB).model(scale, columns)
