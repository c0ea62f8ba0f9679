"""Moments of published surveys."""

from importlib.resources import files
from io import StringIO

import numpy as np
import pandas as pd

from csindex.moments.moments import Moments
from csindex.options import choose

INDUSTRIES = {"processed food": "food", "airlines": "airline", "internet providers": "isp", "banks": "bank"}


def acsi2015(industry: str | None = None) -> Moments:
    """Return the moments of the American Customer Satisfaction Index survey of 2015 in four industries.

    Parameters
    ----------
    industry : {"processed food", "airlines", "internet providers", "banks"}, optional
        By default all four, as a stack with the unit column ``industry``.

    Returns
    -------
    Moments
        13 items, named as in `csindex.acsi`: means, standard deviations and correlations (six decimals) of the 7,341
        of 8,239 respondents who answered them all; codes 98 and 99 were made missing. Complaints are 0/1, all else
        is on 1-10. Loyalty is repurchase likelihood only.

    Notes
    -----
    Computed from the respondent file of Morgeson, Hult, Sharma & Fornell (2023), "The American Customer Satisfaction
    Index (ACSI): A sample dataset and description", *Data in Brief* 48:109123, doi 10.1016/j.dib.2023.109123. The
    file is a sample, not weighted by market shares: its indices are not those that were published for 2015.

    Examples
    --------
    >>> import csindex as csi
    >>> csi.datasets.acsi2015("banks").n
    array(2263.)
    """
    if industry is not None:
        return _read(f"acsi2015_{INDUSTRIES[choose('industry', industry, INDUSTRIES)]}")
    parts = [_read(f"acsi2015_{name}") for name in INDUSTRIES.values()]
    return Moments(
        items=parts[0].items,
        mean=np.stack([part.mean for part in parts]),
        cov=np.stack([part.cov for part in parts]),
        n=np.stack([part.n for part in parts]),
        units=pd.DataFrame({"industry": list(INDUSTRIES)}),
    )


def ecsi_mobile() -> Moments:
    """Return the moments of the ECSI survey of a mobile phone provider: 250 customers, 24 items on 1-10.

    Returns
    -------
    Moments
        Means, standard deviations and correlations (six decimals), items named as in ``csindex.ecsi("mobile")``.

    Notes
    -----
    The example of Tenenhaus, Esposito Vinzi, Chatelin & Lauro (2005), "PLS path modeling", *Computational Statistics &
    Data Analysis* 48(1):159-205.

    Examples
    --------
    >>> import csindex as csi
    >>> csi.datasets.ecsi_mobile().mean.shape
    (24,)
    """
    return _read("ecsi_mobi")


def _read(name: str) -> Moments:
    folder = files("csindex.datasets") / "moments"
    correlation, table = (
        pd.read_csv(StringIO((folder / f"{name}_{kind}.csv").read_text(encoding="utf-8")), index_col=0)
        for kind in ("corr", "moments")
    )
    return Moments.from_published(table.loc["mean"], table.loc["std"], correlation, float(table.to_numpy()[0, 0]))
