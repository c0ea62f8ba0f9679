"""What the ready-made models are put together from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from csindex.model.model import Model
from csindex.model.parts import Construct, Item, Path, scale_of

Columns = str | Iterable[str]

# Scales that belong to the question itself and so do not follow the questionnaire's rating scale.
OWN_SCALES: dict[str, tuple[float, float]] = {
    "COMP": (0, 1),
    "VOICESTAFF": (0, 1),
    "VOICEMANAGE": (0, 1),
    "PTOL": (-1, 51),
}

_SIGNS = {"+": 1, "-": -1, "?": 0}


@dataclass(frozen=True, slots=True)
class Block:
    """A construct with its questions.

    Parameters
    ----------
    name, label, label_ko : str
        As in `Construct`.
    questions : mapping of item to (text, text_ko)
    """

    name: str
    label: str
    label_ko: str
    questions: Mapping[str, tuple[str, str]]


def asked(
    name: str, label: str, label_ko: str, frame: tuple[str, str], anchors: tuple[str, str], **aspects: tuple[str, str]
) -> Block:
    """Return a block that asks one question of several aspects.

    Parameters
    ----------
    name, label, label_ko : str
        As in `Construct`.
    frame, anchors : (str, str)
        The question with ``{}`` for the aspect, and the ends of the scale; in English and in Korean.
    **aspects
        From an item's name to its aspect in English and in Korean.
    """
    questions = {
        item: (f"{frame[0].format(aspect)} {anchors[0]}", f"{frame[1].format(aspect_ko)} {anchors[1]}")
        for item, (aspect, aspect_ko) in aspects.items()
    }
    return Block(name, label, label_ko, questions)


def arrows(**targets: str) -> tuple[Path, ...]:
    """Return paths from each keyword to the names in its text; a ``-`` before a name expects a negative path.

    A ``?`` before a name expects no particular sign; all others are expected to be positive.
    """
    return tuple(
        Path(source, name.lstrip("+-?"), _SIGNS.get(name[0], 1))
        for source, names in targets.items()
        for name in names.split()
    )


def build(
    blocks: Iterable[Block],
    paths: tuple[Path, ...],
    *,
    name: str,
    source: str,
    notes: Iterable[str],
    scale: tuple[float, float],
    columns: Mapping[str, Columns],
) -> Model:
    """Return the model of these blocks and paths, its items called as `columns` says.

    Parameters
    ----------
    blocks : iterable of Block
    paths : tuple of Path
    name, source : str
    notes : iterable of str
        One sentence or more each; they become the lines of the model's notes.
    scale : (float, float)
        The scale of the items that have none of their own (`OWN_SCALES`).
    columns : mapping
        See `Model.rename`.

    Raises
    ------
    ModelError
        If the scale is none, or a key of `columns` is neither an item nor a construct.
    """
    blocks = tuple(blocks)
    rating = scale_of(scale, "scale=")
    model = Model(
        constructs=tuple(Construct(b.name, tuple(b.questions), label=b.label, label_ko=b.label_ko) for b in blocks),
        paths=paths,
        items=tuple(
            Item(item, OWN_SCALES.get(item, rating), text, text_ko)
            for block in blocks
            for item, (text, text_ko) in block.questions.items()
        ),
        target="Satisfaction",
        name=name,
        source=source,
        notes="\n".join(notes),
    )
    return model.rename(columns)
