"""Simple slopes: the effect of a driver where its moderator is low, middling and high."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csindex.errors import OptionError
from csindex.estimation.estimates import Estimates
from csindex.fitting import constructs
from csindex.fitting.core import FittedModel
from csindex.index.impacts import STEP
from csindex.messages import Argument, Message
from csindex.stacks.layout import Array

LABELS = ("source", "moderator", "target", "at", "moderator_index")


def simple_slopes(
    result: FittedModel, *, at: Sequence[float] = (-1.0, 0.0, 1.0), standardized: bool = False, step: float = STEP
) -> pd.DataFrame:
    """Return the direct effect of each driver that interacts, where its moderator is low, middling and high.

    Parameters
    ----------
    result : Fit
        Of a model with interactions.
    at : sequence of float
        Where the moderator is, in standard deviations of it from its mean.
    standardized : bool
        In standard deviations for a standard deviation; otherwise in index points.
    step : float
        Rise of the driver in index points.

    Returns
    -------
    data frame
        ``source, moderator, target, at, moderator_index, estimate, se, lower, upper, p``: what goes with `step` points more
        of the source (or one standard deviation, if standardized), where the moderator's index is `moderator_index`. Each
        of two constructs that interact is the moderator of the other. Other moderators of the source are at their means.

    Raises
    ------
    OptionError
        A model without interactions; numbers that are none.

    Notes
    -----
    b(m) = b + c·m with the path b of the driver, the path c of the product of the standardized constructs, and the
    moderator m in standard deviations (Aiken & West 1991). In points, it is times sd(index of target)/sd(index of source).

    Examples
    --------
    >>> import csindex as csi
    >>> text = "Quality =~ q1 + q2; Image =~ i1 + i2; Satisfaction =~ s1 + s2; Satisfaction ~ Quality + Image"
    >>> answers = csi.simulate(csi.Model.parse(text), 300, seed=1)
    >>> result = csi.fit(csi.Model.parse(text + " + Quality:Image"), answers, replicates=200)
    >>> csi.simple_slopes(result)[["source", "at"]].values.tolist()[:3]
    [['Quality', -1.0], ['Quality', 0.0], ['Quality', 1.0]]
    """
    if not isinstance(result, FittedModel) or not constructs.products(result):
        raise OptionError(Message("fitting.no_interaction"))
    _check(result, at, step)
    names = result.model.construct_names
    rows = [
        (names.index(source), names.index(moderator), int(target), names.index(product.name))
        for product in result.stage.products
        for target in np.flatnonzero(result.design.links[:, names.index(product.name)])
        for source, moderator in ((product.left, product.right), (product.right, product.left))
    ]
    x, m, y, xm = np.repeat(np.array(rows).T, len(at), axis=1)
    z = np.tile(np.asarray(at, dtype=np.float64), len(rows))

    def slopes(e: Estimates) -> Array:
        B = constructs.of_products(result, e, e.paths)
        slope = B[..., y, x] + B[..., y, xm] * z
        if standardized:
            return np.asarray(slope)
        return np.asarray(step * slope * e.deviation[..., y] / e.deviation[..., x])

    labels = {name: [names[i] for i in which] for name, which in (("source", x), ("moderator", m), ("target", y))}
    middle, spread = result.estimates.index[..., m], result.estimates.deviation[..., m]
    extra = {"at": np.broadcast_to(z, middle.shape), "moderator_index": middle + z * spread}
    return result.table(labels, slopes, extra=extra, p=True)


def _check(result: FittedModel, at: Sequence[float], step: float) -> None:
    clash = [] if result.units is None else [str(name) for name in result.units.columns if name in LABELS]
    if clash:
        raise OptionError(Message("options.clash", by=Argument("by", clash)))
    try:
        whole = np.isfinite(np.asarray([*at, step], dtype=np.float64)).all() and len(at) > 0
    except (TypeError, ValueError):
        whole = False
    if not whole or isinstance(step, bool):
        raise OptionError(Message("fitting.slopes_at", at=at, step=step))
