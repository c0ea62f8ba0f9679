"""The checkup of answers against a model."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from numpy.typing import ArrayLike

from csindex.checkup.findings import Findings
from csindex.checkup.inspect import inspect_design, inspect_items, inspect_rows, inspect_units, try_fit
from csindex.checkup.result import Checkup
from csindex.errors import OptionError, SurveyError
from csindex.messages import Message, Several
from csindex.model.model import Model
from csindex.moments.missing import POLICIES
from csindex.options import Missing, choose
from csindex.survey.checks import refuse_beside
from csindex.survey.labels import SurveyFile
from csindex.survey.readers.read import MissingCodes, read_parts
from csindex.survey.survey import Survey


def check(
    model: Model,
    data: Any,
    *,
    weights: str | ArrayLike | None = None,
    strata: str | Sequence[str] | None = None,
    clusters: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    missing_codes: MissingCodes | None = None,
    missing: Missing = "listwise",
    **reading: Any,
) -> Checkup:
    """Return everything that is wrong with a survey, against a model, at once.

    Parameters
    ----------
    model : Model
    data : path, data frame or Survey
        A file, see `read_survey`, or what `fit` takes.
    weights, strata, clusters, by, missing_codes, missing
        As in `fit`; `missing_codes` of a file may be texts.
    **reading
        How the file is to be read: ``scales``, ``columns``, ``sheet``, ``header``, ``encoding``, ``delimiter``, ``decimal``,
        ``texts``; see `read_survey`.

    Returns
    -------
    Checkup
        It prints as text; ``problems`` and ``notices`` are tables.

        *Problems*: a file that cannot be read; columns that are missing, with those of a like name; items that hold text,
        codes outside their scale, a single answer or none, or that the file labels on another scale; weights, units, strata
        and clusters that cannot be; and, where there are none of these, everything that `fit` refuses, unit by unit.
        *Notices*: declared missing codes; codes within the scale that are labelled "don't know"; items with many missing
        answers; respondents who give all items the same answer; rows that are there twice; uneven weights; small units; and
        everything that `fit` warns of.

    Raises
    ------
    OptionError
        An argument that is not known, or does not go with the data.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 250, seed=1).rename(columns={"SATIS": "Satis."})
    >>> csi.check(csi.acsi(), answers).problems.text[0]
    "the data have no column 'SATIS'. Did you mean 'Satis.'? Then model.rename({'SATIS': 'Satis.'})."
    """
    if not isinstance(model, Model):
        raise OptionError(Message("checkup.not_a_model", model=f"{model!r:.80}"))
    choose("missing", missing, POLICIES)
    design = {"weights": weights, "strata": strata, "clusters": clusters, "by": by}
    problems, notices = Findings(), Findings()
    survey = _survey(data, design, missing_codes, reading, problems)
    if survey is None:
        return Checkup(tuple(problems.found), (), model, 0)
    seen = inspect_items(model, survey, problems, notices)
    inspect_units(survey, notices)
    inspect_rows(model, survey, seen, notices)
    account = try_fit(model, survey, missing, problems, notices) if problems.empty else None
    return Checkup(
        tuple(problems.found),
        tuple(notices.found),
        model,
        survey.n,
        survey.file,
        account,
        seen.renames,
        tuple(sorted(seen.codes)),
    )


def _survey(
    data: Any,
    design: Mapping[str, Any],
    missing_codes: MissingCodes | None,
    reading: Mapping[str, Any],
    problems: Findings,
) -> Survey | None:
    """Return the survey with that part of the design that is right; None where it cannot be read at all."""
    if isinstance(data, Survey):
        refuse_beside("Survey", {**design, "missing_codes": missing_codes, **reading})
        return data
    codes: Any = missing_codes
    file: SurveyFile | None = None
    from_file = isinstance(data, (str, PathLike))
    if reading and not from_file:
        raise OptionError(Message("checkup.for_files", named=Several(reading, most=len(reading))))
    try:
        if from_file:
            data, file, codes = read_parts(data, design, missing_codes, **reading)
        plain = Survey(data, missing_codes=codes, file=file)
    except SurveyError as error:
        problems.add("file" if from_file else "data", error.message)
        return None
    return inspect_design(plain, {k: v for k, v in design.items() if v is not None}, problems)
