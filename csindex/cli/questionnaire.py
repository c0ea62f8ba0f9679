"""A questionnaire of a model's questions, and the files to begin a survey with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csindex.cli.output import free
from csindex.messages import words as catalogues
from csindex.model.model import Model
from csindex.model.parts import Item

MOST_BOXES = 11

_ANCHORS = {"en": re.compile(r"\s*\(from (.+) to (.+)\)$"), "ko": re.compile(r"\s*\((.+) ~ (.+)\)$")}
_FILL_IN = """\
# The model of the questionnaire. To use columns of other names, write them in place of the items' names below; a scale that
# differs from the one at the top stands beside its item. Then:
#   csindex check answers.csv --model model.yaml --missing-codes 98,99
#   csindex fit answers.csv --model model.yaml --missing-codes 98,99
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is printed.

    Attributes
    ----------
    name, text : str
    low, high : str
        What the ends of the scale mean; empty where the text says it.
    boxes : tuple of str
        Answers to tick; empty where a number is to be written down.
    ends : (float, float)
    """

    name: str
    text: str
    low: str
    high: str
    boxes: tuple[str, ...]
    ends: tuple[float, float]


def question_of(item: Item, lang: str) -> Question:
    """Return an item's question in a language; in English, or by its name, where there is none in Korean."""
    korean = lang == "ko" and bool(item.text_ko)
    text = (item.text_ko if korean else item.text) or item.name
    match = _ANCHORS["ko" if korean else "en"].search(text)
    low, high = item.scale
    whole = low.is_integer() and high.is_integer() and high - low < MOST_BOXES
    boxes = tuple(f"{point:g}" for point in range(int(low), int(high) + 1)) if whole else ()
    if match is None:
        return Question(item.name, text, "", "", boxes, item.scale)
    return Question(item.name, text[: match.start()], match[1], match[2], boxes, item.scale)


def sections(model: Model, lang: str) -> Iterator[tuple[str, list[Question]]]:
    """Yield each construct's heading with its questions; one that is made of other constructs has none of its own."""
    for construct in model.constructs:
        heading = (construct.label_ko if lang == "ko" else construct.label) or construct.label or construct.name
        questions = [question_of(model.item(name), lang) for name in construct.items if name in model.item_names]
        if questions:
            yield heading, questions


def write_template(model: Model, folder: Path, lang: str, force: bool) -> list[Path]:
    """Write questionnaire.md, questionnaire.docx, model.yaml and an empty answers.csv; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in ("questionnaire.md", "questionnaire.docx", "model.yaml", "answers.csv")]
    free(paths, force)
    paths[0].write_text(as_markdown(model, lang), encoding="utf-8")
    _write_word(model, lang, paths[1])
    paths[2].write_text(_FILL_IN + model.to_yaml(), encoding="utf-8")
    paths[3].write_text(",".join(("respondent", *model.item_names)) + "\n", encoding="utf-8-sig")
    return paths


def as_markdown(model: Model, lang: str) -> str:
    """Return the questionnaire as Markdown."""
    words, number = catalogues("questionnaire")[lang], 0
    lines = [f"# {words['title']}", "", words["please"], ""]
    for heading, questions in sections(model, lang):
        lines += [f"## {heading}", ""]
        for question in questions:
            number += 1
            lines += [f"**{number}.** {question.text} `[{question.name}]`", ""]
            if question.boxes:
                cells = [question.low, *question.boxes, question.high, words["unknown"]]
                lines += [
                    _row(cells),
                    _row(["---"] * len(cells)),
                    _row(["", *["☐"] * len(question.boxes), "", "☐"]),
                    "",
                ]
            else:
                lines += [f"__________ ({words['number'].format(**_ends(question))})", ""]
    return "\n".join([*lines, "---", "", words["coding"], ""])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _ends(question: Question) -> dict[str, str]:
    low, high = question.ends
    return {"low": f"{low:g}", "high": f"{high:g}"}


def _write_word(model: Model, lang: str, path: Path) -> None:
    import docx
    from docx.oxml.ns import qn

    words, number = catalogues("questionnaire")[lang], 0
    document: Any = docx.Document()
    if lang == "ko":
        for style in ("Normal", "Title", "Heading 1"):
            fonts = document.styles[style].element.get_or_add_rPr().get_or_add_rFonts()
            fonts.set(qn("w:eastAsia"), "맑은 고딕")
    document.add_heading(words["title"], 0)
    document.add_paragraph(words["please"])
    for heading, questions in sections(model, lang):
        document.add_heading(heading, 1)
        for question in questions:
            number += 1
            document.add_paragraph(
                f"{number}. {question.text} [{question.name}]"
            ).paragraph_format.keep_with_next = True
            if question.boxes:
                _add_boxes(document, question, words["unknown"])
            else:
                document.add_paragraph(f"__________ ({words['number'].format(**_ends(question))})")
    document.add_paragraph(words["coding"])
    document.save(str(path))


def _add_boxes(document: Any, question: Question, unknown: str) -> None:
    cells = [
        *([question.low] if question.low else []),
        *question.boxes,
        *([question.high] if question.high else []),
        unknown,
    ]
    from docx.shared import Cm

    table = document.add_table(rows=2, cols=len(cells))
    table.autofit = False
    for at, cell in enumerate(cells):
        boxed = cell in question.boxes or cell == unknown
        for row, text in enumerate((cell, "☐" if boxed else "")):
            table.cell(row, at).text = text
            # Eleven boxes, two anchors and "don't know" fill the page.
            table.cell(row, at).width = Cm(0.85 if cell in question.boxes else 2.0)
    document.add_paragraph()
