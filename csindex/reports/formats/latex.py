"""A document as LaTeX."""

import re
from collections.abc import Mapping
from pathlib import Path

from csindex.reports.formats.pictures import saved
from csindex.text.document import Block, Bullets, Document, Formula, Paragraph, Picture, Table

ENDING = ".pdf"
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "−": r"\ensuremath{-}",
    "→": r"\ensuremath{\rightarrow}",
    "×": r"\ensuremath{\times}",
    "·": r"\ensuremath{\cdot}",
    "≤": r"\ensuremath{\leq}",
    "≥": r"\ensuremath{\geq}",
    "²": r"\ensuremath{^2}",
    "±": r"\ensuremath{\pm}",
    "α": r"\ensuremath{\alpha}",
    "ρ": r"\ensuremath{\rho}",
    "χ": r"\ensuremath{\chi}",
    "Δ": r"\ensuremath{\Delta}",
    "Σ": r"\ensuremath{\Sigma}",
    "–": "--",
    "…": r"\ldots{}",
    "“": "``",
    "”": "''",
}
_ESCAPES = str.maketrans(_SPECIAL)
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\u4e00-\u9fff\uac00-\ud7a3]")
_KOREAN = "\\usepackage{kotex}\n"
_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage{iftex}
\ifPDFTeX\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}\else\usepackage{fontspec}\fi
%(korean)s\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,array,booktabs,longtable,graphicx,caption}
\setlength{\parindent}{0pt}\setlength{\parskip}{0.6em}
\begin{document}
"""


def write(document: Document, path: Path) -> None:
    """Write the document, and its pictures into a folder beside it."""
    path.write_text(text_of(document, saved(document, path, ENDING)), encoding="utf-8")


def text_of(document: Document, pictures: Mapping[str, str]) -> str:
    """Return the document as LaTeX; `pictures` tells where the file of each picture is. Korean needs the package kotex."""
    title = rf"{{\LARGE\bfseries {escaped(document.title)}\par}}" + "\n" + escaped(document.subtitle)
    parts = [title]
    for section in document.sections:
        parts.append(rf"\section*{{{escaped(section.title)}}}")
        parts += [_block(block, pictures) for block in section.blocks]
    text = "\n\n".join(parts)
    # A Korean name needs the package in a report in English too.
    return _PREAMBLE % {"korean": _KOREAN if _HANGUL.search(text) else ""} + text + "\n\n\\end{document}\n"


def _block(block: Block, pictures: Mapping[str, str]) -> str:
    match block:
        case Paragraph():
            text = escaped(block.text)
            return {"lead": rf"\textbf{{{text}}}", "note": rf"\begin{{quote}}{text}\end{{quote}}", "text": text}[
                block.kind
            ]
        case Bullets():
            items = "\n".join(rf"\item {escaped(item)}" for item in block.items)
            return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"
        case Formula():
            return f"\\[ {block.latex} \\]"
        case Table():
            return table(block)
        case Picture():
            size = r"width=\linewidth,height=0.42\textheight,keepaspectratio"
            image = rf"\includegraphics[{size}]{{{pictures[block.name]}}}"
            return f"\\begin{{center}}\n{image}\\\\\n{{\\small {escaped(block.caption)}}}\n\\end{{center}}"


def table(block: Table) -> str:
    """Return a table with booktabs' rules that may go on over pages, its columns as wide as what they hold."""
    columns = "".join(
        rf">{{\{'raggedright' if at < block.left else 'raggedleft'}\arraybackslash}}"
        rf"p{{\dimexpr {share:.4f}\linewidth-2\tabcolsep\relax}}"
        for at, share in enumerate(block.widths())
    )
    head = " & ".join(escaped(cell) for cell in block.head)
    rows = "\n".join(" & ".join(escaped(cell) for cell in row) + r" \\" for row in block.rows)
    return (
        f"{{\\small\n\\begin{{longtable}}{{{columns}}}\n\\caption*{{{escaped(block.caption)}}}\\\\\n\\toprule\n{head} \\\\\n"
        f"\\midrule\n\\endhead\n{rows}\n\\bottomrule\n\\end{{longtable}}}}"
    )


def escaped(text: str) -> str:
    """Return text that LaTeX prints as it is, on one line."""
    return " ".join(text.split()).translate(_ESCAPES)
