"""Index weights of an earlier wave for a new one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csindex.errors import OptionError
from csindex.estimation.estimator import estimator_of
from csindex.fitting.core import RESERVED, FittedModel
from csindex.messages import Argument, Message, Several, listed
from csindex.model.model import Model
from csindex.options import Options
from csindex.stacks.layout import Array, flatten

NOT_ONE = 0.01


@dataclass(frozen=True, slots=True)
class EarlierWeights:
    """Index weights v of the U units of an earlier wave, which the new one takes as they are.

    Attributes
    ----------
    v : (U, p)
        In the order of the new model's items; they sum to 1 within each construct.
    units : data frame of U rows, or None
        None for weights that all units share.
    words : str
        Where they come from.
    """

    v: Array
    units: pd.DataFrame | None
    words: str

    @classmethod
    def of(cls, given: Any, model: Model) -> "EarlierWeights":
        """Return the weights of a `Fit`, or of a table such as its ``index_weights``, for a model with the same items.

        Raises
        ------
        OptionError
            Something else, other constructs or items, items that are reverse-coded in one of both only.
        """
        if isinstance(given, FittedModel):
            _check_reversed(given.model, model)
            at = _places([(c.name, item) for c in given.model.constructs for item in c.items], model)
            n = int(given.moments.n.sum())
            return cls(given.estimates.index_weights[:, at], given.units, f"a fit to {n:,} answers")
        if not isinstance(given, pd.DataFrame):
            raise OptionError(Message("fitting.weights_kind", kind=type(given).__name__))
        return cls(*_of_table(given, model), "a table")

    def check(self, options: Options) -> None:
        """Refuse options that do not go with given weights."""
        if estimator_of(options).common_factors:
            raise OptionError(
                Message("fitting.weights_common_factors", estimator=Argument("estimator", options.estimator))
            )
        if options.convention != "fornell":
            raise OptionError(Message("fitting.weights_convention"))

    def problems(self, units: pd.DataFrame | None) -> dict[int, Message]:
        """Return the new wave's units that have no weights."""
        absent = np.flatnonzero(self._rows(units) < 0).tolist()
        return dict.fromkeys(absent, Message("fitting.weights_of_unit"))

    def weights(self, units: pd.DataFrame | None, count: int) -> Array:
        """Return v (count, p) of the new wave's units."""
        rows = self._rows(units) if self.units is not None else np.zeros(count, dtype=np.intp)
        return flatten(self.v[rows], 1)

    def _rows(self, units: pd.DataFrame | None) -> Any:
        """Return where each new unit is among the earlier ones, -1 where it is not."""
        if self.units is None:
            return np.zeros(1 if units is None else len(units), dtype=np.intp)
        names = list(self.units.columns)
        if units is None or not set(names) <= set(units.columns):
            key, found = ("weights_no_by", "") if units is None else ("weights_by", list(units.columns))
            raise OptionError(Message(f"fitting.{key}", names=names, found=found))
        where = {label: row for row, label in enumerate(_labels(self.units))}
        return np.array([where.get(label, -1) for label in _labels(units[names])], dtype=np.intp)


def _labels(units: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(zip(*(units[name].tolist() for name in units.columns), strict=True))


def _places(pairs: list[tuple[str, str]], model: Model) -> list[int]:
    """Return where the model's items are among (construct, item) pairs; both must hold the same."""
    wanted = [(construct.name, item) for construct in model.constructs for item in construct.items]
    lacking, extra = [w for w in wanted if w not in pairs], [p for p in pairs if p not in wanted]
    if lacking or extra:
        named = {"lacking": _items(lacking), "extra": _items(extra)}
        key = "both" if lacking and extra else "lacking" if lacking else "extra"
        raise OptionError(
            Message(f"fitting.weights_{key}", **named, rename=Argument("rename", {}, "model.rename({{...}})"))
        )
    return [pairs.index(pair) for pair in wanted]


def _items(pairs: list[tuple[str, str]]) -> Several:
    return listed(Message("fitting.item_in", item=item, construct=construct) for construct, item in pairs)


def _check_reversed(old: Model, new: Model) -> None:
    before, now = ({item for c in model.constructs for item in c.reversed} for model in (old, new))
    if before != now:
        raise OptionError(Message("fitting.weights_reversed", names=listed(sorted(before ^ now))))


def _of_table(table: pd.DataFrame, model: Model) -> tuple[Array, pd.DataFrame | None]:
    absent = [name for name in ("construct", "item", "estimate") if name not in table]
    if absent:
        raise OptionError(Message("fitting.weights_column", column=absent[0]))
    names = [str(name) for name in table.columns if name not in (*RESERVED, "deff")]
    units = table[names].drop_duplicates().reset_index(drop=True) if names else None
    number = {label: row for row, label in enumerate(_labels(units))} if units is not None else {}
    of_unit = [number[label] for label in _labels(table[names])] if units is not None else [0] * len(table)
    pairs = list(zip(table["construct"].tolist(), table["item"].tolist(), strict=True))
    place = {pair: at for at, pair in enumerate(dict.fromkeys(pairs))}
    at = _places(list(place), model)
    values = np.full((max(len(number), 1), len(place)), np.nan)
    values[of_unit, [place[pair] for pair in pairs]] = table["estimate"].to_numpy(dtype=np.float64)
    values = values[:, at]
    if not np.isfinite(values).all() or len(table) != values.size:
        raise OptionError(Message("fitting.weights_numbers"))
    end = np.cumsum([len(construct.items) for construct in model.constructs]).tolist()
    for construct, block in zip(model.constructs, map(slice, [0, *end[:-1]], end), strict=True):
        total = values[:, block].sum(axis=1, keepdims=True)
        if (np.abs(total - 1) > NOT_ONE).any():
            raise OptionError(Message("fitting.weights_sum", construct=construct.name, total=float(total[0, 0])))
        values[:, block] /= total
    return values, units
