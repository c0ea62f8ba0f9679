"""The European index."""

from dataclasses import replace
from typing import Literal

from csindex.model.library import questions as ask
from csindex.model.library.build import Block, Columns, Template, arrows, asked, documented
from csindex.model.model import Model
from csindex.options import choose


def _called(block: Block, *items: str) -> Block:
    """Return a block whose items have other names."""
    return replace(block, questions=dict(zip(items, block.questions.values(), strict=True)))


_IMAGE = asked(
    "Image",
    "Image",
    "이미지",
    ("To what extent is this company {}?", "이 회사는 {}?"),
    ask.AGREE,
    IMAG1=("one whose words and deeds you can rely on", "말과 행동을 믿을 수 있는 회사입니까"),
    IMAG2=("solid and well established", "기반이 튼튼하고 안정된 회사입니까"),
    IMAG3=("doing something for society", "사회에 이바지하는 회사입니까"),
    IMAG4=("one that cares about its customers", "고객을 생각하는 회사입니까"),
    IMAG5=("open to new ideas and looking ahead", "새로운 것을 시도하고 앞날을 내다보는 회사입니까"),
)
_EXPECTATION = _called(
    replace(ask.EXPECTATIONS, name="Expectation", label="Customer expectation"), "CUEX1", "CUEX2", "CUEX3"
)
_QUALITY = ask.rated(
    "Quality",
    "Perceived quality",
    "인지품질",
    PERQ1=("the quality of this company's offer overall", "이 회사의 전반적인 품질을"),
    PERQ2=("its network in technical terms", "통신망의 기술적 품질을"),
    PERQ3=("the service and the advice given to you in person", "고객 응대와 개인별 상담을"),
    PERQ4=("the services that you make use of", "이용하고 계신 서비스의 품질을"),
    PERQ5=("the choice of products and services", "제품과 서비스의 다양성을"),
    PERQ6=("how dependable and exact its products and services are", "제품과 서비스의 신뢰성과 정확성을"),
    PERQ7=("how clear and open its information is", "제공하는 정보의 명확성과 투명성을"),
)
_SPLIT = (
    ask.rated(
        "ProductQuality",
        "Product quality",
        "제품품질",
        PROD1=("the products of this company overall", "이 회사 제품의 전반적인 품질을"),
        PROD2=("how well its products suit your needs", "제품이 고객님의 필요에 맞는 정도를"),
        PROD3=("how dependable its products are", "제품의 신뢰성을"),
    ),
    ask.rated(
        "ServiceQuality",
        "Service quality",
        "서비스품질",
        SERV1=("the service of this company overall", "이 회사 서비스의 전반적인 품질을"),
        SERV2=("how well its service suits your needs", "서비스가 고객님의 필요에 맞는 정도를"),
        SERV3=("how dependable its service is", "서비스의 신뢰성을"),
    ),
)
_VALUE = _called(ask.VALUE, "PERV1", "PERV2")
_SATISFACTION = _called(ask.SATISFACTION, "CUSA1", "CUSA2", "CUSA3")
_COMPLAINTS = Block(
    "Complaints",
    "Complaint handling",
    "불만처리",
    {
        "CUSCO": (
            f"How was your last complaint handled or, if you had none, how do you think it would be? {ask.GOOD[0]}",
            "최근에 제기하신 불만은 어떻게 처리되었습니까? 제기하신 적이 없다면 어떻게 처리될 것으로 생각하십니까? "
            f"{ask.GOOD[1]}",
        )
    },
)
_SWITCH = (
    "If other companies cut their prices and this one did not, how large would the difference have to be "
    "for you to leave? (from very small to very large)",
    "다른 회사가 가격을 내리고 이 회사는 그대로라면 가격 차이가 얼마나 커야 회사를 바꾸시겠습니까? "
    "(조금만 나도 바꾼다 ~ 매우 커야 바꾼다)",
)
_STAY, _RECOMMEND = ask.REPUR["REPUR"], ask.RECOMMEND["RECOMMEND"]
_LOYALTY = ask.loyalty({"CUSL1": _STAY, "CUSL2": _SWITCH, "CUSL3": _RECOMMEND})
_MASTER_LOYALTY = ask.loyalty({"CUSL1": _STAY, "CUSL2": ask.BUYMORE["BUYMORE"], "CUSL3": _RECOMMEND})

_OURS = "The questions are worded by us and are not the published ones."
_MASTER_NOTES = (
    "Read, in a secondary source: quality in two parts that both act on value and satisfaction, no complaints, and "
    "loyalty as staying, buying more and recommending.",
    "Inferred: the paths that are shared with the 2005 version.",
    "The number and the names of the items of the two qualities are ours.",
)

_MOBILE = Template(
    name="European Customer Satisfaction Index, mobile",
    source="Tenenhaus, Esposito Vinzi, Chatelin & Lauro (2005), Computational Statistics & Data Analysis 48, 159-205",
    notes=(
        "Read: the twelve paths and the items of each construct, as kept by the R packages semPLS and seminr; the article "
        "itself was not.",
        "The complaint item rates how a complaint was, or would be, handled, so its paths are expected to be positive.",
        "The published figures come from centred, not standardized, items (variant='centered', scheme='centroid').",
        _OURS,
    ),
    blocks=(_IMAGE, _EXPECTATION, _QUALITY, _VALUE, _SATISFACTION, _COMPLAINTS, _LOYALTY),
    paths=arrows(
        Image="Expectation Satisfaction Loyalty",
        Expectation="Quality Value Satisfaction",
        Quality="Value Satisfaction",
        Value="Satisfaction",
        Satisfaction="Complaints Loyalty",
        Complaints="Loyalty",
    ),
)
_MASTER = Template(
    name="European Customer Satisfaction Index, master",
    source="European pilot study of 1999 (original report not read)",
    notes=(*_MASTER_NOTES, _OURS),
    blocks=(_IMAGE, _EXPECTATION, *_SPLIT, _VALUE, _SATISFACTION, _MASTER_LOYALTY),
    paths=arrows(
        Image="Expectation Satisfaction Loyalty",
        Expectation="ProductQuality ServiceQuality Value Satisfaction",
        ProductQuality="Value Satisfaction",
        ServiceQuality="Value Satisfaction",
        Value="Satisfaction",
        Satisfaction="Loyalty",
    ),
)
_VERSIONS = {"mobile": _MOBILE, "master": _MASTER}


@documented(_MOBILE, item="CUSA1", construct="Value", master=_MASTER_NOTES, master_source=_MASTER.source)
def ecsi(
    version: Literal["mobile", "master", 2005, 1999] = "mobile",
    *,
    scale: tuple[float, float] = (1, 10),
    **columns: Columns,
) -> Model:
    """Return the European Customer Satisfaction Index model.

    Parameters
    ----------
    version : {"mobile", "master"}
        The model of the mobile-phone study (also 2005), or the master model with product and service quality apart and
        without complaints (also 1999).
    scale : (float, float)
        The scale of every item.
    {columns}

    Raises
    ------
    OptionError
        If the version is not known.
    {unknown}

    Notes
    -----
    {notes}

    *Master.* {master}

    References
    ----------
    {source};
    for the master model: {master_source}

    Examples
    --------
    >>> import csindex as csi
    >>> len(csi.ecsi().paths), len(csi.ecsi("master").paths)
    (12, 13)
    """
    known = "mobile" if version == 2005 else "master" if version == 1999 else version
    return _VERSIONS[choose("version", known, _VERSIONS)].model(scale, columns)
