"""Value labels of a file: the scales that they tell, and codes that mean no answer."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from csindex.messages import Argument, Joined, Message, Several, listed
from csindex.model.parts import Item

Scale = tuple[float, float]
SCALES_FROM_FILE = Argument("scales_from_file", True, "model.with_scales(survey.scales)")


@dataclass(frozen=True, slots=True)
class Variable:
    """What a file says of one column.

    Attributes
    ----------
    label : str
        The question, or what else the column is called for readers.
    labels : mapping of code to text
        Value labels.
    missing : tuple of float
        Codes that the file declares to be missing (user-missing); of declared ranges, those that occur.
    missing_texts : tuple of str
        Texts that the file declares to be missing.
    ranges : tuple of (float, float)
        Declared ranges of missing codes.
    marked : mapping of mark to int
        How many answers are missing with a mark that is no number, such as Stata's ``.a``.
    scale : (float, float) or None
        The ends of the scale, where value labels tell them.
    """

    label: str = ""
    labels: Mapping[float, str] = field(default_factory=dict)
    missing: tuple[float, ...] = ()
    ranges: tuple[Scale, ...] = ()
    marked: Mapping[str, int] = field(default_factory=dict)
    scale: Scale | None = None
    missing_texts: tuple[str, ...] = ()

    def scale_problem(self, item: Item, answers: NDArray[np.float64]) -> Message | None:
        """Return that value labels say another scale than the model; None if not, or if they name some answers only."""
        if self.scale is None or self.scale == item.scale:
            return None
        (low, high), (least, most) = self.scale, item.scale
        beyond = (answers < low) | (answers > high)
        if (beyond & (answers >= least) & (answers <= most)).any():
            return None
        ends = [f"{end:g}{f' {self.labels[end]!r}' if end in self.labels else ''}" for end in self.scale]
        own = tuple(int(end) if end.is_integer() else end for end in map(float, item.scale))
        return Message(
            "survey.other_scale", name=item.name, low=least, high=most, first=ends[0], last=ends[1],
            from_file=SCALES_FROM_FILE, own=Argument("scales", {item.name: own}, "read_survey(..., scales={value!r})"),
        )  # fmt: skip

    def upside_down(self, item: Item) -> Message | None:
        """Return that the end of the scale that counts as 100 is labelled as the bad one; None if not."""
        low, high = item.scale
        worst, best = self.labels.get(low, ""), self.labels.get(high, "")
        if not (_BAD.search(best) and _GOOD.search(worst) and not _BAD.search(worst)):
            return None
        own = Argument("reversed", [item.name])
        return Message("survey.upside_down", name=item.name, high=high, best=best, low=low, worst=worst, own=own)

    def labelled(self, message: Message, codes: NDArray[np.float64]) -> Message | Joined:
        """Return a message about codes, and what the file calls those of them that have a label."""
        known = [f"{code:g} {self.labels[code]!r}" for code in codes.tolist() if code in self.labels]
        return Joined([message, Message("survey.file_labels", labels=listed(known))]) if known else message


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """A file that answers were read from.

    Attributes
    ----------
    name : str
    kind : str
        E.g. ``"SPSS"``.
    remarks : tuple of Message
        What was found out or decided in reading, e.g. the encoding.
    variables : mapping of column to Variable
        Columns of which the file says something.
    """

    name: str
    kind: str
    remarks: tuple[Message, ...] = ()
    variables: Mapping[str, Variable] = field(default_factory=dict)

    def variable(self, name: str) -> Variable:
        """Return what the file says of a column, perhaps nothing."""
        return self.variables.get(name, _NOTHING)

    @property
    def scales(self) -> dict[str, Scale]:
        """Scales by column, where value labels tell them."""
        return {name: v.scale for name, v in self.variables.items() if v.scale is not None}

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out or decided in reading, as text."""
        return tuple(map(str, self.remarks))

    @property
    def message(self) -> Message:
        """Name, kind and notes, e.g. ``"survey.csv (text, encoding utf-8)"``."""
        what = [file_kind(self.kind), *self.remarks]
        return Message("readers.file", name=self.name, what=Several(what, most=len(what)))

    def __str__(self) -> str:
        return str(self.message)


def file_kind(kind: str) -> object:
    """Return what a kind of file is called: a name, or a message."""
    return Message("readers.text") if kind == "text" else kind


_NOTHING = Variable()


_BAD = re.compile(
    r"\b(very |extremely |really )?(bad|poor|terrible|awful|worst)\b|dissatisf|unsatisf|\bnot (at all )?satisf|disagree|"
    r"unlikely|never|\bnot at all|불만|나쁨|나쁘|나빴|못함|못한다|그렇지 않|동의하지 않|schlecht|unzufrieden|stimme nicht|trifft nicht",
    re.IGNORECASE,
)
_GOOD = re.compile(
    r"\b(very |extremely )?(good|excellent|best|great|satisfied|likely)\b|\bagree|always|만족|좋|우수|잘함|잘한다|그렇다|동의|"
    r"\bgut\b|zufrieden|stimme|trifft",
    re.IGNORECASE,
)

COMMON: tuple[Scale, ...] = ((0, 1), (1, 2), (1, 4), (1, 5), (1, 7), (1, 10), (0, 10))
SMALLER: tuple[Scale, ...] = ((1, 3), (1, 4), (1, 5), (1, 7), (0, 4), (0, 5), (0, 6), (1, 10), (0, 10))
"""Usual scales of ratings, the smallest first."""
MOST_CODES = 6
MANY_ANSWERS = 100

_NO_ANSWER = re.compile(
    r"don.?t know|do not know|\bdk\b|\bno (answer|opinion|response)|refus|not applicable|does not apply|\bn/?a\b|"
    r"(can.?t|cannot|unable to) (say|rate)|not (asked|stated|sure)|missing|skipped|"
    r"모름|모르|무응답|미응답|응답\s*(거절|거부)|거절|거부|해당\s*(사항)?\s*없|비해당|결측|"
    r"wei(ß|ss) nicht|keine (angabe|antwort)|わからない|無回答|不知道",
    re.IGNORECASE,
)


def means_no_answer(label: str) -> bool:
    """Return whether a value label says that there is no answer, e.g. "don't know"."""
    return _NO_ANSWER.search(label) is not None


def labelled_scale(labels: Mapping[float, str], missing: Iterable[float]) -> Scale | None:
    """Return the ends of the scale that value labels tell, None if they do not.

    The labels of a scale begin at 0 or 1, or at minus its upper end, which is at most 11, or 100. If labels are left out
    between the ends, as in 1 "not at all", 10 "very", the whole is still a scale.
    """
    gone = set(missing)
    codes = [code for code, text in labels.items() if code not in gone and not means_no_answer(text)]
    if len(codes) < 2 or any(code % 1 for code in codes):
        return None
    low, high = min(codes), max(codes)
    return (low, high) if (low in (0, 1) or low == -high) and (high <= 11 or high == 100) else None


def guessed_scale(values: NDArray[np.float64]) -> Scale | None:
    """Return the smallest common scale with all of the distinct sorted `values`, None if they are no ratings."""
    if len(values) < 2 or (values % 1).any():
        return None
    if values[-1] > 10:
        return (0, 100) if values[0] >= 0 and values[-1] == 100 else None
    return next(((low, high) for low, high in COMMON if low <= values[0] and values[-1] <= high), None)


def questioned_scale(
    items: Iterable[Item], ends: Mapping[str, Scale], answers: int, argument: str = "scale"
) -> Message | None:
    """Return that many answers to items reach so little of their scale that it may be another one; None if not.

    No answer is above the middle of the scale, or the highest is the end of a smaller usual scale.

    Parameters
    ----------
    items : iterable of Item
    ends : mapping of item to (float, float)
        Lowest and highest answer.
    answers : int
        How many there are to each item, about.
    argument : str
    """
    found: dict[tuple[Scale, Scale | None], list[str]] = {}
    for item in items:
        low, high = item.scale
        if answers < MANY_ANSWERS or item.name not in ends or high - low <= 1:
            continue
        least, most = ends[item.name]
        usual = next((scale for scale in SMALLER if low == scale[0] <= least and most <= scale[1] < high), None)
        if most <= (low + high) / 2 or (usual is not None and most == usual[1] and answers >= 2 * MANY_ANSWERS):
            found.setdefault((item.scale, usual), []).append(item.name)
    if not found:
        return None
    (scale, usual), names = max(found.items(), key=lambda pair: len(pair[1]))
    most = max(ends[name][1] for name in names)
    # Where no usual scale ends below the item's, only the range is shown.
    stated = (Argument(argument, usual), usual[0], usual[1]) if usual else (Argument(argument, None, "{name}="), *scale)
    return Message(
        "survey.questioned_scale" if usual else "survey.unreached_scale",
        names=listed(map(repr, names), most=3), answers=answers, most=most, low=scale[0], high=scale[1],
        first=stated[1], last=stated[2], stated=stated[0],
    )  # fmt: skip


def strays(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return those of the distinct sorted `values` that look like codes: few, far above or below all others.

    "Far" is a gap wider than the range of the others, as from 10 to 98, where these are at most 100; or 8 and 9 beside
    answers up to 5.
    """
    none = values[:0]
    if len(values) < 3 or (values % 1).any():
        return none
    gaps = np.diff(values)
    at = int(gaps.argmax())
    below, above = values[: at + 1], values[at + 1 :]
    if len(above) <= MOST_CODES and len(below) >= 2:
        body, few = below, above
    elif len(below) <= MOST_CODES and len(above) >= 2:
        body, few = above, below
    else:
        return none
    known = body[-1] <= 5 and set(few.tolist()) <= {8.0, 9.0}
    ratings = np.abs(body).max() <= 100
    return few if known or (ratings and gaps[at] > body[-1] - body[0]) else none
