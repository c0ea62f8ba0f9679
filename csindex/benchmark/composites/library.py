"""Ready-made schemes of composite indices, each with what of it is certain."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from csindex.benchmark.composites.scheme import Dimension, Scheme, Score
from csindex.errors import ModelError
from csindex.messages import Message, Several
from csindex.model.parts import Item, names_of, scale_of
from csindex.options import choose

Questions = str | Sequence[str]
Ends = tuple[float, float]

_KCSI = {"30/50/20": (30.0, 50.0, 20.0), "40/40/20": (40.0, 40.0, 20.0)}
_LOCAL = {"Environment": 0.11, "Process": 0.21, "Result": 0.18, "Social": 0.20, "Overall": 0.30}
_LOCAL_KO = {
    "Environment": "서비스 환경",
    "Process": "서비스 과정",
    "Result": "서비스 결과",
    "Social": "사회적 만족",
    "Overall": "전반적 만족",
}
_PCSI_KO = {"Overall": "전반적 만족", "Element": "요소 만족", "Social": "사회적 만족"}


def _items(questions: Questions, scale: Ends, what: str) -> tuple[Item, ...]:
    return tuple(Item(name, scale_of(scale, "scale=")) for name in names_of(questions, what))


def _weighted(weights: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    if not isinstance(weights, Mapping) or sorted(weights) != sorted(names):
        found = sorted(weights) if isinstance(weights, Mapping) else weights
        raise ModelError(Message("composite.weights_for", names=Several(names, len(names)), found=found))
    return {name: weights[name] for name in names}


def _texts(source: str, notes: Sequence[str], label: str = "") -> dict[str, Any]:
    """Return source and notes of a scheme in English and Korean, and its Korean name, by their keys in the catalogue."""
    said, noted = Message(f"composite.{source}"), [Message(f"composite.{key}") for key in notes]
    return {
        "source": said.text("en"),
        "source_ko": said.text("ko"),
        "notes": tuple(note.text("en") for note in noted),
        "notes_ko": tuple(note.text("ko") for note in noted),
        "label_ko": Message(f"composite.{label}").text("ko") if label else "",
    }


def kcsi(
    version: Literal["30/50/20", "40/40/20"] = "30/50/20",
    *,
    overall: Questions = "overall",
    elements: Questions = ("product", "service", "image"),
    repurchase: Questions = "repurchase",
    importance: Questions | None = None,
    scale: Ends = (1, 7),
) -> Scheme:
    """Return the Korean Customer Satisfaction Index (KCSI, 한국산업의 고객만족도) of KMAC.

    KCSI = .30 T(overall) + .50 Σ_j g_j T(element_j) + .20 T(repurchase), where T is the percentage of answers in the two
    best boxes and g_j is the customers' mean rating of an element's importance as a share of all elements'.

    Parameters
    ----------
    version : {"30/50/20", "40/40/20"}
        Weights of overall satisfaction, elements and repurchase: as today, or as reported for 2002, 2005 and 2010.
    overall, elements, repurchase : str or sequence of str
        Your columns.
    importance : sequence of str, optional
        For each element the column that rates its importance; without it elements count the same.
    scale : (float, float)
        Of all items; the two highest whole answers count.

    Returns
    -------
    Scheme

    Raises
    ------
    OptionError, ModelError
        A version that is not known, or names and a scale that do not fit.

    Notes
    -----
    Read: items of seven points of which the share of answers 6 and 7 is used, the weights 30/50/20 (KMAC's page on the
    structure of the index) and 40/40/20 (newspapers of 2002, 2005 and 2010), and that elements (product, service, image)
    are weighted by customer importance. Inferred: that importance is a rating whose mean is turned into shares. The
    names of the columns are ours; the wording of the questions is not public.

    Examples
    --------
    >>> import csindex as csi
    >>> csi.kcsi("40/40/20").shares
    {'Overall': 0.4, 'Element': 0.4, 'Repurchase': 0.2}
    """
    first, second, third = _KCSI[choose("version", version, _KCSI)]
    cut = scale_of(scale, "scale=")[1] - 1
    rated = None if importance is None else names_of(importance, "importance=")

    def part(name: str, questions: Questions, weight: float, label_ko: str, rated: Sequence[str] | None) -> Dimension:
        items = _items(questions, scale, f"{name.lower()}=")
        importance = None if rated is None else tuple(rated)
        return Dimension(name, items, weight, "top box", cut, importance=importance, label_ko=label_ko)

    return Scheme(
        f"KCSI {version}",
        (
            part("Overall", overall, first, "전반적 만족도", None),
            part("Element", elements, second, "요소 만족도", rated),
            part("Repurchase", repurchase, third, "재구입 의향률", None),
        ),
        **_texts("kcsi_source", ["kcsi_read", "kcsi_inferred" if rated else "kcsi_equal"]),
    )


def local_public_enterprises(
    environment: Questions = ("env1", "env2", "env3"),
    process: Questions = ("proc1", "proc2", "proc3"),
    result: Questions = ("res1", "res2", "res3"),
    social: Questions = ("soc1", "soc2", "soc3"),
    overall: Questions = ("all1", "all2", "all3"),
    *,
    weights: Mapping[str, float] | None = None,
    scale: Ends = (0, 10),
) -> Scheme:
    """Return the customer index of Korean local public enterprises (지방공기업 고객만족도), five parts of fifteen items.

    Parameters
    ----------
    environment, process, result, social, overall : str or sequence of str
        Your columns: service environment, process and result, social satisfaction, overall satisfaction.
    weights : mapping of ``Environment, Process, Result, Social, Overall`` to float, optional
        By default .11, .21, .18, .20, .30: **recovered** from published scores, not published; see Notes.
    scale : (float, float)
        Of all items.

    Returns
    -------
    Scheme

    Raises
    ------
    ModelError
        Names, weights or a scale that do not fit.

    Notes
    -----
    Read: the five parts and the number of items. Computed: the default weights give seven published rows of five
    parts and an index within their rounding (largest error 0.048); equal weights miss by 0.22, so it is not the plain
    average that newspapers speak of. Inferred: that the rule is quality 50, social 20, overall 30. How the 50 are split is
    known only roughly: `csindex.recover_weights` gives the intervals. General knowledge: the scale 0-10. Inferred: three
    items for each part, of equal weight. The names of the columns are ours.

    Examples
    --------
    >>> import csindex as csi
    >>> csi.local_public_enterprises().shares["Overall"]
    0.3
    """
    asked = {"Environment": environment, "Process": process, "Result": result, "Social": social, "Overall": overall}
    chosen = _weighted(_LOCAL if weights is None else weights, list(asked))
    return Scheme(
        Message("composite.local_label").text(),
        tuple(
            Dimension(name, _items(asked[name], scale, f"{name.lower()}="), chosen[name], label_ko=_LOCAL_KO[name])
            for name in asked
        ),
        **_texts(
            "local_source", ["local_recovered" if weights is None else "local_given", "local_items"], "local_label"
        ),
    )


def pcsi_scheme(
    weights: Mapping[str, float],
    *,
    overall: Questions,
    element: Questions,
    social: Questions,
    scale: Ends = (0, 10),
) -> Scheme:
    """Return the satisfaction score of the Korean public-service index (PCSI 1.0) with weights of your own.

    Parameters
    ----------
    weights : mapping of ``Overall, Element, Social`` to float
        The official weights are not published, so there is no default.
    overall, element, social : str or sequence of str
        Your columns: overall, element (요소) and social satisfaction.
    scale : (float, float)
        Of all items.

    Returns
    -------
    Scheme

    Raises
    ------
    ModelError
        Names, weights or a scale that do not fit.

    Notes
    -----
    Read: that satisfaction consists of these three. Not known: weights, items and the formula. General knowledge: answers
    on 0-10. For the model behind PCSI see `csindex.pcsi`.

    Examples
    --------
    >>> from csindex.benchmark.composites.library import pcsi_scheme
    >>> pcsi_scheme({"Overall": 1, "Element": 2, "Social": 1}, overall="a", element="b", social="c").shares["Element"]
    0.5
    """
    asked = {"Overall": overall, "Element": element, "Social": social}
    chosen = _weighted(weights, list(asked))
    return Scheme(
        Message("composite.pcsi_label").text(),
        tuple(
            Dimension(name, _items(asked[name], scale, f"{name.lower()}="), chosen[name], label_ko=_PCSI_KO[name])
            for name in asked
        ),
        **_texts("pcsi_source", ["pcsi_weights"], "pcsi_label"),
    )


def equal(
    dimensions: Mapping[str, Questions], *, scale: Ends = (1, 10), score: Score = "mean", cut: float | None = None
) -> Scheme:
    """Return a composite whose dimensions count the same, as do the items of a dimension.

    Parameters
    ----------
    dimensions : mapping of name to str or sequence of str
        Your columns.
    scale : (float, float)
        Of all items.
    score, cut
        See `Dimension`.

    Returns
    -------
    Scheme

    Raises
    ------
    ModelError
        Names, a cut or a scale that do not fit.

    Examples
    --------
    >>> from csindex.benchmark.composites.library import equal
    >>> equal({"Staff": ["q1", "q2"], "Place": "q3"}, scale=(1, 5)).shares
    {'Staff': 0.5, 'Place': 0.5}
    """
    parts = [
        Dimension(name, _items(columns, scale, name), score=score, cut=cut) for name, columns in dimensions.items()
    ]
    label = Message("composite.equal_label")
    return Scheme(label.text(), tuple(parts), label_ko=label.text("ko"))
