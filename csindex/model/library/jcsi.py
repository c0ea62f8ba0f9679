"""The Japanese index."""

from csindex.model.library import questions as ask
from csindex.model.library.build import Block, Columns, Template, arrows, asked, documented
from csindex.model.model import Model

_JCSI = Template(
    name="Japanese Customer Satisfaction Index",
    source=(
        "Japan Productivity Center, Japanese Customer Satisfaction Index (since 2009), jpc-net.jp; "
        "Ono (2010), Japan Marketing Journal (not read beyond its opening)"
    ),
    notes=(
        "Read, on the agency's pages: the six constructs, and that there are 21 questions, worded to suit each industry.",
        "General knowledge, not read again: the eight paths, Expectations -> Value being the least certain.",
        "General knowledge, not read again: how the 21 questions are spread (3, 4, 3, 3, 4 and 4).",
        "The names and the wording of the items are ours, and one scale is used for all of them.",
    ),
    blocks=(
        ask.EXPECTATIONS,
        Block(
            "Quality",
            "Perceived quality",
            "인지품질",
            {
                **ask.QUALITY.questions,
                "EVENQ": (
                    f"How good is it at giving the same quality every time? {ask.GOOD[0]}",
                    f"이용하실 때마다 품질이 한결같은 정도는 어떻습니까? {ask.GOOD[1]}",
                ),
            },
        ),
        Block(
            "Value",
            "Perceived value",
            "인지가치",
            {
                **ask.VALUE.questions,
                "GAIN": (
                    f"Compared with other companies, how good a bargain is it? {ask.GOOD[0]}",
                    f"다른 회사와 비교할 때 비용 대비 이득은 어떻습니까? {ask.GOOD[1]}",
                ),
            },
        ),
        ask.SATISFACTION,
        asked(
            "Recommendation",
            "Recommendation",
            "추천의향",
            (
                "If you talked to others, how favourably would you speak of {}?",
                "다른 사람에게 {} 얼마나 좋게 이야기하시겠습니까?",
            ),
            (
                "(from not at all favourably to very favourably)",
                "(전혀 좋게 이야기하지 않겠다 ~ 매우 좋게 이야기하겠다)",
            ),
            RECOFFER=("what it offers", "제품과 서비스를"),
            RECCOMPANY=("the company", "이 회사를"),
            RECSTAFF=("the people who serve you", "직원의 응대를"),
            RECINFO=("the information it provides", "이 회사가 제공하는 정보를"),
        ),
        ask.loyalty(
            ask.REPUR
            | ask.BUYMORE
            | {
                "OFTENER": (
                    f"How likely are you to use this company more often than now? {ask.LIKELY[0]}",
                    f"지금보다 더 자주 이용하실 가능성은 얼마나 높습니까? {ask.LIKELY[1]}",
                ),
                "FIRSTCHOICE": (
                    f"How likely is this company to be the first that you think of next time? {ask.LIKELY[0]}",
                    f"다음에 이 회사를 가장 먼저 떠올리실 가능성은 얼마나 높습니까? {ask.LIKELY[1]}",
                ),
            }
        ),
    ),
    paths=arrows(
        Expectations="Quality Value",
        Quality="Value Satisfaction",
        Value="Satisfaction",
        Satisfaction="Recommendation Loyalty",
        Recommendation="Loyalty",
    ),
)


@documented(_JCSI, item="SATIS", construct="Value")
def jcsi(*, scale: tuple[float, float] = (1, 10), **columns: Columns) -> Model:
    """Return the model of the Japanese Customer Satisfaction Index.

    Parameters
    ----------
    scale : (float, float)
        The scale of every item.
    {columns}

    {sections}

    Examples
    --------
    >>> import csindex as csi
    >>> len(csi.jcsi().items)
    21
    """
    return _JCSI.model(scale, columns)
