"""What the models of the library are put together from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from csindex import docstrings
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


@dataclass(frozen=True, slots=True)
class Template:
    """An index model as it is published, before its rating scale and the user's columns are known.

    Parameters
    ----------
    name, source : str
    notes : tuple of str
        One sentence or more each; they become the lines of the model's notes and of its function's docstring.
    blocks : tuple of Block
    paths : tuple of Path
    """

    name: str
    source: str
    notes: tuple[str, ...]
    blocks: tuple[Block, ...]
    paths: tuple[Path, ...]

    def model(self, scale: tuple[float, float], columns: Mapping[str, Columns]) -> Model:
        """Return the model.

        Parameters
        ----------
        scale : (float, float)
            The scale of the items that have none of their own (`OWN_SCALES`).
        columns : mapping
            See `Model.rename`.

        Raises
        ------
        ModelError
            If `scale` is not a pair of numbers, or a key of `columns` is neither an item nor a construct.
        """
        rating = scale_of(scale, "scale=")
        model = Model(
            constructs=tuple(
                Construct(block.name, tuple(block.questions), label=block.label, label_ko=block.label_ko)
                for block in self.blocks
            ),
            paths=self.paths,
            items=tuple(
                Item(item, OWN_SCALES.get(item, rating), text, text_ko)
                for block in self.blocks
                for item, (text, text_ko) in block.questions.items()
            ),
            target="Satisfaction",
            name=self.name,
            source=self.source,
            notes="\n".join(self.notes),
        )
        return model.rename(columns)


_SECTIONS = """\
Raises
------
{unknown}

Notes
-----
{notes}

References
----------
{source}"""


def documented(
    template: Template, item: str, construct: str, **more: str | Iterable[str]
) -> Callable[[docstrings.Function], docstrings.Function]:
    """Return a decorator that writes what the template knows into the docstring of the model's function.

    Parameters
    ----------
    template : Template
        Its notes and source stand in place of ``{notes}`` and ``{source}``; ``{unknown}`` is the error that columns of
        unknown items raise, and ``{sections}`` all three under their headings.
    item, construct : str
        Examples for ``{columns}``, the parameter.
    **more
        Further texts, or sentences of which each begins a line.
    """
    (questions,) = (block.questions for block in template.blocks if block.name == construct)
    names = ", ".join(f'"q{number}"' for number in range(9 - len(questions), 9))
    texts = {
        "notes": "\n".join(template.notes),
        "source": template.source,
        "unknown": "ModelError\n    If a keyword is neither an item nor a construct.",
        "columns": f"""\
**columns
    Your columns, by item (``{item}="q9"``) or by construct (``{construct}=[{names}]``); see `Model.rename`.""",
    }
    texts |= {name: text if isinstance(text, str) else "\n".join(text) for name, text in more.items()}
    return docstrings.filled(sections=_SECTIONS.format(**texts), **texts)


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
