"""The sampling design of rows: strata, sampling units, and coefficients of replicate weights."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex import messages
from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Message, Several, listed
from csindex.options import choose
from csindex.stacks.layout import Array
from csindex.text.format import Language

Ints = NDArray[np.intp]
ReplicateMethod = Literal["bootstrap", "BRR", "Fay", "JK1", "JKn", "SDR"]
METHODS: tuple[ReplicateMethod, ...] = ("bootstrap", "BRR", "Fay", "JK1", "JKn", "SDR")


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling units (PSUs) of n rows; a PSU is a cluster, or a row where there are no clusters.

    Attributes
    ----------
    psu : (n,) int
        PSU of each row; PSUs are numbered stratum by stratum, and there can be PSUs without rows.
    stratum : (m,) int
        Stratum of each PSU, sorted.
    fraction : (m,)
        Share of the stratum's PSUs that was sampled, 0 where no finite population correction is made.
    clustered : bool
    """

    psu: Ints
    stratum: Ints
    fraction: Array
    clustered: bool

    @property
    def words(self) -> str:
        """The design in words."""
        return self.said("en")

    @property
    def message(self) -> messages.Message:
        """The design, in words of any language."""
        strata = len(np.unique(self.stratum))
        key = ("clusters" if self.clustered else "respondents") + "_strata" * (strata > 1)
        return messages.Message(f"replicates.{key}", count=len(self.stratum), strata=strata)

    def said(self, lang: Language) -> str:
        """Return the design in words of a language."""
        return self.message.text(lang)


def sampling_of(design: pd.DataFrame, key: Array, labels: pd.DataFrame | None) -> Sampling:
    """Return the PSUs of the rows of a design.

    Parameters
    ----------
    design : data frame of n rows
        ``stratum``, ``cluster`` (int codes; -1 without clusters), ``fpc`` (population size in PSUs or fraction, NaN
        without).
    key : (n,)
        By which rows are ordered where they are PSUs themselves.
    labels : data frame of n rows, or None
        What the strata are called.

    Raises
    ------
    SurveyError
        A stratum with a single PSU, or a population that is smaller than the sample.
    """
    stratum, cluster = design["stratum"].to_numpy(), design["cluster"].to_numpy()
    clustered = bool((cluster >= 0).any())
    if clustered:
        pairs, psu = np.unique(np.column_stack([stratum, cluster]), axis=0, return_inverse=True)
        psu_stratum = pairs[:, 0]
    else:
        order = np.lexsort([key, stratum])
        psu = np.empty(len(order), dtype=np.intp)
        psu[order] = np.arange(len(order))
        psu_stratum = stratum[order]
    psu = psu.ravel().astype(np.intp)
    _, inverse, sizes = np.unique(psu_stratum, return_inverse=True, return_counts=True)
    fraction = _fractions(design, psu, sizes[inverse])
    lonely = np.flatnonzero((sizes[inverse] == 1) & (fraction < 1))
    if len(lonely):
        rows = [int(np.flatnonzero(psu == unit)[0]) for unit in lonely[:6]]
        names = [_label(labels, row) for row in rows]
        single = "survey.single_cluster" if clustered else "survey.single_row"
        raise SurveyError(Message(single, count=len(lonely), strata=len(sizes), names=listed(names)))
    return Sampling(psu, psu_stratum.astype(np.intp), fraction, clustered)


def _label(labels: pd.DataFrame | None, row: int) -> object:
    if labels is None:
        return Message("survey.only_stratum")
    return ", ".join(repr(value) for value in labels.iloc[row].tolist())


def _fractions(design: pd.DataFrame, psu: Ints, sizes: Ints) -> Array:
    fpc = design["fpc"].to_numpy(dtype=np.float64)
    if np.isnan(fpc).all():
        return np.zeros(len(sizes))
    given = np.full(len(sizes), np.nan)
    given[psu] = fpc
    share = given if np.nanmax(given) <= 1 else sizes / given
    short = np.flatnonzero(~((share > 0) & (share <= 1)))
    if len(short):
        at = short[0]
        raise SurveyError(Message("survey.fpc_value", value=given[at], count=int(sizes[at])))
    varying = pd.DataFrame({"stratum": design["stratum"], "fpc": fpc}).groupby("stratum").fpc.nunique(dropna=False)
    if (varying > 1).any():
        raise SurveyError(Message("survey.fpc_differs"))
    return share


def replicate_coefficients(
    method: str | None, count: int, scale: float | NDArray[np.float64] | None, fay: float | None
) -> Array:
    """Return coefficients c (R,) of supplied replicate weights: variance = Σ c_r (replicate_r - estimate)².

    *bootstrap*: 1/R; *BRR*: 1/R; *Fay*: 1/(R(1-k)²); *JK1*: (R-1)/R; *SDR*: 4/R; *JKn*: given (Wolter 2007, chapters 3
    and 4; Fay & Train 1995 for SDR).

    Raises
    ------
    OptionError
        If the method is missing or not known, or JKn comes without its coefficients.
    """
    if method is None:
        known = Several(map(repr, METHODS), most=len(METHODS))
        raise OptionError(Message("survey.replicate_method", known=known))
    choose("replicate_method", method, METHODS)
    if scale is not None:
        coefficients = np.asarray(scale, dtype=np.float64)
        if coefficients.shape not in ((), (count,)) or not (coefficients >= 0).all():
            raise OptionError(Message("survey.replicate_scale", count=count))
        return np.broadcast_to(coefficients, count).copy()
    if method == "JKn":
        raise OptionError(Message("survey.jkn_scale"))
    if (method == "Fay") != (fay is not None):
        raise OptionError(Message("survey.fay_alone"))
    if fay is not None and not 0 <= fay < 1:
        raise OptionError(Message("survey.fay_value", fay=Argument("fay", fay)))
    factor = {"bootstrap": 1.0, "BRR": 1.0, "Fay": 1 / (1 - (fay or 0.0)) ** 2, "JK1": count - 1.0, "SDR": 4.0}[method]
    return np.full(count, factor / count)
