"""Loaders for respondent files that a user has downloaded."""

from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from csindex.errors import SurveyError
from csindex.messages import Message

_INDUSTRIES = {1001: "processed food", 3003: "airlines", 3013: "internet providers", 5001: "banks"}
_RATINGS = (
    "OVERALLX", "CUSTOMX", "WRONGX", "OVERALLQ", "CUSTOMQ", "WRONGQ", "PQ", "QP", "SATIS", "CONFIRM", "IDEAL", "REPUR",
)  # fmt: skip
_OTHER = ("INDUSTRY", "COMP", "HIGHPTOL", "LOWPTOL")


def read_acsi2015(path: str | PathLike[str]) -> pd.DataFrame:
    """Read the respondent file of the ACSI sample of 2015, ready for `csindex.acsi`.

    Parameters
    ----------
    path : str or path
        The spreadsheet that goes with Morgeson, Hult, Sharma & Fornell (2023), Mendeley Data 10.17632/64xkbj2ry5, or
        the same as .csv. Reading .xlsx needs the package openpyxl.

    Returns
    -------
    data frame
        A row for each respondent. Added are ``industry``, in words, and ``PTOL``, the price tolerance (see
        `csindex.price_tolerance`). "Don't know" (98) and "refused" (99) are missing in the items, as is 101 in the
        price questions, which the file's description does not explain. ``frame.attrs["made_missing"]`` counts them.

    Raises
    ------
    SurveyError
        If there is no such file, or it lacks columns of the questionnaire.

    Examples
    --------
    >>> import csindex as csi
    >>> frame = csi.datasets.read_acsi2015("ACSI Data 2015.xlsx")  # doctest: +SKIP
    >>> csi.fit(csi.acsi(), frame, by="industry")  # doctest: +SKIP
    """
    path = Path(path)
    if not path.is_file():
        raise SurveyError(Message("simulation.no_download", path=str(path)))
    frame = pd.read_excel(path) if path.suffix.lower() in (".xlsx", ".xls") else pd.read_csv(path)
    frame.columns = frame.columns.str.strip().str.upper()
    missing = [name for name in (*_RATINGS, *_OTHER) if name not in frame.columns]
    if missing:
        raise SurveyError(Message("simulation.not_acsi_file", name=path.name, missing=", ".join(missing)))
    made_missing: dict[str, int] = {}
    for name in (*_RATINGS, "COMP"):
        coded = frame[name].isin([98, 99])
        made_missing[name] = int(coded.sum())
        frame[name] = frame[name].astype(float).mask(coded, np.nan)
    from csindex.survey.loyalty import price_tolerance

    frame["PTOL"] = price_tolerance(frame["REPUR"], frame["HIGHPTOL"], frame["LOWPTOL"])
    frame["industry"] = frame["INDUSTRY"].map(_INDUSTRIES)
    frame.attrs["made_missing"] = made_missing
    return frame
