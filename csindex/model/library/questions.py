"""Questions and notes that several models share; the words are ours, the anchors are those of the public ACSI file."""

from dataclasses import replace

from csindex.model.library.build import Block, Template, asked

HIGH = ("(from not very high to very high)", "(별로 높지 않다 ~ 매우 높다)")
GOOD = ("(from not very good to very good)", "(별로 좋지 않다 ~ 매우 좋다)")
LIKELY = ("(from not very likely to very likely)", "(별로 높지 않다 ~ 매우 높다)")
AGREE = ("(from not at all to completely)", "(전혀 그렇지 않다 ~ 매우 그렇다)")
RATE = ("How do you rate {}?", "{} 어떻게 평가하십니까?")

ITEMS_OURS = "The number, the names and the wording of the items are ours."
COMPLAINTS_UNSIGNED = "No sign is expected of Complaints -> Loyalty: it depends on how complaints are handled."

EXPECTATIONS = asked(
    "Expectations",
    "Customer expectations",
    "고객기대",
    ("Before you became a customer, how high were your expectations of {}?", "이용하시기 전에 {} 얼마나 높았습니까?"),
    HIGH,
    OVERALLX=("the quality overall", "전반적인 품질에 대한 기대는"),
    CUSTOMX=("its fit with your own needs", "고객님의 필요에 잘 맞을 것이라는 기대는"),
    WRONGX=("its reliability, with little going wrong", "별다른 문제 없이 믿을 수 있을 것이라는 기대는"),
)
QUALITY = asked(
    "Quality",
    "Perceived quality",
    "인지품질",
    ("From your own experience, how good is {}?", "실제로 이용해 보신 결과 {} 어떻습니까?"),
    GOOD,
    OVERALLQ=("the quality overall", "전반적인 품질은"),
    CUSTOMQ=("its fit with your own needs", "고객님의 필요에 맞는 정도는"),
    WRONGQ=("its reliability, that is, how seldom something goes wrong", "문제가 생기는 일 없이 믿을 수 있는 정도는"),
)
VALUE = asked(
    "Value",
    "Perceived value",
    "인지가치",
    ("How good is {}?", "{} 어떻습니까?"),
    GOOD,
    PQ=("the price you paid, given the quality you received", "제공받으신 품질을 고려할 때 지불하신 가격은"),
    QP=("the quality you received, given the price you paid", "지불하신 가격을 고려할 때 제공받으신 품질은"),
)
OVERALL = {
    "SATIS": (
        "Taking all your experience together, how satisfied are you? (from very dissatisfied to very satisfied)",
        "지금까지의 경험을 모두 종합하면 얼마나 만족하십니까? (매우 불만족한다 ~ 매우 만족한다)",
    )
}
CONFIRM = {
    "CONFIRM": (
        "Set against what you expected, how has it turned out? (from falls short to exceeds expectations)",
        "기대하셨던 것과 비교하면 실제로는 어떠했습니까? (기대에 못 미친다 ~ 기대를 넘어선다)",
    )
}
IDEAL = {
    "IDEAL": (
        "Picture the ideal of its kind. How close does this one come to that ideal? (from not close to very close)",
        "가장 이상적인 경우를 떠올려 보십시오. 그 이상에 얼마나 가깝습니까? (가깝지 않다 ~ 매우 가깝다)",
    )
}
COMP = {
    "COMP": (
        "Have you made a complaint, by whatever means? (0 no, 1 yes)",
        "어떤 방법으로든 불만을 제기하신 적이 있습니까? (0 없다, 1 있다)",
    )
}
REPUR = {
    "REPUR": (
        f"When you next need something of this kind, how likely are you to choose the same company? {LIKELY[0]}",
        f"다음에 같은 제품이나 서비스가 필요하실 때 이 회사를 다시 선택하실 가능성은 얼마나 높습니까? {LIKELY[1]}",
    )
}
PTOL = {
    "PTOL": (
        "By how many percent could the price rise before you would turn to another company? Or, if you would not "
        "choose this one again, by how many percent would it have to fall before you did? "
        "(25 plus the rise, or 25 minus the fall)",
        "가격이 몇 퍼센트까지 올라도 계속 이용하시겠습니까? 다시 이용하실 생각이 없으시다면 가격이 몇 퍼센트 내려야 "
        "다시 이용하시겠습니까? (25에 인상률을 더하거나 인하율을 뺀 값)",
    )
}
RECOMMEND = {
    "RECOMMEND": (
        f"If friends or colleagues asked your advice, how likely are you to recommend this company? {LIKELY[0]}",
        f"친구나 동료가 조언을 구한다면 이 회사를 추천하실 가능성은 얼마나 높습니까? {LIKELY[1]}",
    )
}
BUYMORE = {
    "BUYMORE": (
        f"How likely are you to take up further products or services of this company? {LIKELY[0]}",
        f"이 회사의 다른 제품이나 서비스도 이용하실 가능성은 얼마나 높습니까? {LIKELY[1]}",
    )
}

SATISFACTION = Block("Satisfaction", "Customer satisfaction", "고객만족", OVERALL | CONFIRM | IDEAL)
COMPLAINTS = Block("Complaints", "Customer complaints", "고객불평", COMP)


def rated(name: str, label: str, label_ko: str, **aspects: tuple[str, str]) -> Block:
    """Return a block that asks how the respondent rates several aspects; see `asked`."""
    return asked(name, label, label_ko, RATE, GOOD, **aspects)


def loyalty(questions: dict[str, tuple[str, str]]) -> Block:
    """Return the loyalty block with these questions."""
    return Block("Loyalty", "Customer loyalty", "고객충성도", questions)


def with_price_tolerance(template: Template) -> Template:
    """Return the template with price tolerance among the questions of loyalty, its last block."""
    *others, last = template.blocks
    return replace(template, blocks=(*others, replace(last, questions={**last.questions, **PTOL})))
