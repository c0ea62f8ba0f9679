"""The parameters that all pictures share, as docstrings describe them."""

from csindex.docstrings import filled

documented = filled(
    ax="""\
ax : Axes, optional
    Everything is drawn within their rectangle, in smaller letters where there is little room; by default a figure of its own
    is made.""",
    unit="""\
unit : label, tuple of labels or mapping, optional
    Which unit, of a fit with ``by=``.""",
    look="""\
size : {"print", "slide"}
    Letters for a page or for a slide.
lang : {"en", "ko"}
    Language of the words, and which labels and questions of the model are used.
title : str, optional
    In place of the usual one; ``""`` for none.""",
)
"""Decorator of a public function, whose docstring has the placeholders ``{ax}``, ``{unit}`` and ``{look}``."""
