"""The Korean index of public services."""

from dataclasses import replace
from typing import Literal

from csindex.model.library import questions as ask
from csindex.model.library.build import Block, Columns, Template, arrows, asked, documented
from csindex.model.model import Model
from csindex.model.parts import Construct
from csindex.options import choose

_QUALITIES = {
    "1": ("ProductQuality", "DeliveryQuality", "EnvironmentQuality", "SocialQuality"),
    "2": ("ContentQuality", "DeliveryQuality", "EnvironmentQuality"),
}
_SERVICE_QUALITY = "Ours: that the qualities act on the rest of the model as one construct, and that it is in Mode A."
_AGREE = (
    "To what extent is it true of this institution that {}?",
    "이 기관에 대한 다음 의견에 얼마나 동의하십니까? “{}”",
)
_SATISFIED = ("(from very dissatisfied to very satisfied)", "(매우 불만족한다 ~ 매우 만족한다)")


def _agreed(name: str, label: str, label_ko: str, **aspects: tuple[str, str]) -> Block:
    return asked(name, label, label_ko, _AGREE, ask.AGREE, **aspects)


_CONTENT = {
    "1": ("its service gives you what you need", "제공하는 서비스는 나에게 필요한 것이다."),
    "2": ("its service has real benefit for you", "제공하는 서비스는 실제로 도움이 된다."),
    "3": ("its service is specialised and correct", "제공하는 서비스는 전문적이고 정확하다."),
}
_DELIVERY = _agreed(
    "DeliveryQuality",
    "Delivery quality",
    "전달품질",
    DELI1=("its staff treat you with kindness and respect", "직원은 친절하게 고객을 존중한다."),
    DELI2=("your matter is dealt with quickly and without detours", "업무를 신속하고 간편하게 처리한다."),
    DELI3=("its staff listen and respond to what you ask", "직원은 고객의 요청에 귀를 기울이고 응답한다."),
)
_ENVIRONMENT = _agreed(
    "EnvironmentQuality",
    "Environment quality",
    "환경품질",
    ENVI1=("its rooms and equipment are comfortable", "시설과 설비는 쾌적하다."),
    ENVI2=("it is easy to get at, on site and online", "방문하거나 온라인으로 이용하기 편리하다."),
    ENVI3=("its guidance is easy to find and to follow", "안내를 찾기 쉽고 이해하기 쉽다."),
)
_SOCIAL = {
    "1": ("it works for the good of the public", "공공의 이익을 위하여 일한다."),
    "2": ("it is fair and does not favour anyone", "누구에게나 공정하다."),
    "3": ("it meets its duties to society and the environment", "사회와 환경에 대한 책임을 다한다."),
}
_BLOCKS_1 = (
    _agreed("ProductQuality", "Product quality", "상품품질", **{f"PROD{n}": text for n, text in _CONTENT.items()}),
    _DELIVERY,
    _ENVIRONMENT,
    _agreed("SocialQuality", "Social quality", "사회품질", **{f"SOCI{n}": text for n, text in _SOCIAL.items()}),
    asked(
        "Satisfaction",
        "Customer satisfaction",
        "고객만족",
        ("How satisfied are you {}?", "{} 얼마나 만족하십니까?"),
        _SATISFIED,
        SATOVERALL=("with this institution, all in all", "전반적으로 이 기관에"),
        SATELEMENT=("with the single parts of its service, taken together", "서비스의 요소 하나하나를 종합할 때"),
        SATSOCIAL=("with what it does for society", "이 기관이 사회를 위하여 하는 일에"),
    ),
    _agreed(
        "InstitutionPerformance",
        "Institution performance",
        "기관성과",
        INST1=("you trust it", "이 기관을 신뢰한다."),
        INST2=("you would speak well of it to others", "다른 사람에게 이 기관을 좋게 이야기하겠다."),
    ),
    _agreed(
        "SocialPerformance",
        "Social performance",
        "사회성과",
        SOCP1=("it contributes to the development of society", "사회 발전에 이바지한다."),
        SOCP2=("it makes people's lives better", "국민의 삶을 나아지게 한다."),
    ),
)
_BLOCKS_2 = (
    _agreed("ContentQuality", "Content quality", "내용품질", **{f"CONT{n}": text for n, text in _CONTENT.items()}),
    _DELIVERY,
    _ENVIRONMENT,
    _agreed(
        "SocialResponsibility", "Social responsibility", "사회적책임", **{f"SORE{n}": t for n, t in _SOCIAL.items()}
    ),
    asked(
        "Disconfirmation",
        "Disconfirmation",
        "불일치",
        ("Set against what you expected, how has {} turned out?", "기대하셨던 것과 비교하면 {} 어떠했습니까?"),
        ("(from falls short to exceeds expectations)", "(기대에 못 미친다 ~ 기대를 넘어선다)"),
        DISC1=("the service as a whole", "서비스는 전반적으로"),
        DISC2=("the benefit to you", "실제로 얻으신 도움은"),
    ),
    Block(
        "Satisfaction",
        "Customer satisfaction",
        "고객만족",
        {
            "SATOVERALL": ask.OVERALL["SATIS"],
            "SATIDEAL": ask.IDEAL["IDEAL"],
            "SATCHOICE": (
                f"How satisfied are you with having used this institution? {_SATISFIED[0]}",
                f"이 기관을 이용하신 데 대하여 얼마나 만족하십니까? {_SATISFIED[1]}",
            ),
        },
    ),
    _agreed(
        "Trust",
        "Trust",
        "신뢰",
        TRUS1=("you trust it", "이 기관을 신뢰한다."),
        TRUS2=("it will do its work well in future, too", "앞으로도 맡은 일을 잘할 것이다."),
    ),
    _agreed(
        "Happiness",
        "Citizens' happiness",
        "국민행복",
        HAPP1=("it makes people's lives better", "국민의 삶을 나아지게 한다."),
        HAPP2=("it adds to your own well-being", "나의 행복에 보탬이 된다."),
    ),
)

_OURS = (
    "The items are not published: their number, names and wording are ours.",
    "The official weighting of the parts was not found, so none is built in: the index is the satisfaction block's.",
    "That the scale runs from 0 to 10 is general knowledge.",
)
_NOTES_1 = (
    "Read: the four qualities, satisfaction as overall, element and social satisfaction, the two performances, and "
    "the six paths.",
)
_NOTES_2 = (
    "Read: the three qualities, social responsibility and disconfirmation, that the qualities act through "
    "disconfirmation, trust and happiness as outcomes, and that ten paths were tested.",
    "Inferred: which ten paths these are.",
    "The successor PCSI 3.0, in full use from 2026, is not covered.",
)

_PCSI_1 = Template(
    name="Public-service Customer Satisfaction Index 1.0",
    source=(
        "Lee & Yi, Public-service Customer Satisfaction Index (abstract; in use from 2007); application to "
        "universities, koreascience.kr JAKO201809469053892 (2018)"
    ),
    notes=_NOTES_1 + _OURS,
    blocks=_BLOCKS_1,
    paths=arrows(
        ProductQuality="Satisfaction",
        DeliveryQuality="Satisfaction",
        EnvironmentQuality="Satisfaction",
        SocialQuality="Satisfaction",
        Satisfaction="InstitutionPerformance SocialPerformance",
    ),
)
_PCSI_2 = Template(
    name="Public-service Customer Satisfaction Index 2.0",
    source="PCSI 2.0 (in use 2019-2025); application in Daegu, koreascience.kr JAKO202101355687149 (2021)",
    notes=_NOTES_2 + _OURS,
    blocks=_BLOCKS_2,
    paths=arrows(
        ContentQuality="Disconfirmation Satisfaction",
        DeliveryQuality="Disconfirmation Satisfaction",
        EnvironmentQuality="Disconfirmation Satisfaction",
        SocialResponsibility="Satisfaction",
        Disconfirmation="Satisfaction",
        Satisfaction="Trust Happiness",
    ),
)
_VERSIONS = {"1": _PCSI_1, "2": _PCSI_2}


@documented(
    _PCSI_2,
    item="SATOVERALL",
    construct="Trust",
    notes_1=_NOTES_1,
    notes_2=_NOTES_2,
    both=_OURS,
    source_1=_PCSI_1.source,
)
def pcsi(
    version: Literal[1, 2] = 2,
    *,
    service_quality: bool = False,
    scale: tuple[float, float] = (0, 10),
    **columns: Columns,
) -> Model:
    """Return the model of the Korean Public-service Customer Satisfaction Index.

    Parameters
    ----------
    version : {1, 2}
        PCSI 1.0, in use from 2007, or PCSI 2.0, in use from 2019 to 2025.
    service_quality : bool
        Put the qualities under a higher-order construct ``ServiceQuality``, which then has their paths and an index of its
        own. The publications call them so together; that they act as one is not stated.
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
    *Version 1.* {notes_1}

    *Version 2.* {notes_2}

    *Both.* {both}

    References
    ----------
    {source_1}

    {source}

    Examples
    --------
    >>> import csindex as csi
    >>> len(csi.pcsi(1).paths), len(csi.pcsi(2).paths)
    (6, 10)
    """
    known = choose("version", str(version), _VERSIONS)
    model = _VERSIONS[known].model(scale, columns)
    return _under_service_quality(model, _QUALITIES[known]) if service_quality else model


def _under_service_quality(model: Model, qualities: tuple[str, ...]) -> Model:
    """Return the model with the qualities as dimensions of one construct."""
    whole = Construct("ServiceQuality", qualities, label="Service quality", label_ko="서비스품질")
    moved = [replace(path, source=whole.name) if path.source in qualities else path for path in model.paths]
    after = max(model.construct_names.index(name) for name in qualities) + 1
    return replace(
        model,
        constructs=(*model.constructs[:after], whole, *model.constructs[after:]),
        paths=tuple(dict.fromkeys(moved)),
        notes=f"{model.notes}\n{_SERVICE_QUALITY}",
    )
