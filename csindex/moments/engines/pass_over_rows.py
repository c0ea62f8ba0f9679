"""One pass over the rows, written as data-frame expressions that any engine can carry out.

Columns are renamed before anything is computed, so that no name of the user's can get in the way: ``k0 k1 ...`` are the
columns of the units, ``x0 x1 ...`` the items, ``w`` the case weight and ``i`` the number that a row's group is found by.
"""

from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from typing import Any, Literal

from csindex.stacks.layout import packing

PRIME = 2**31 - 1
LARGEST = 1e300


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is to be summed; it can be sent to another process.

    Attributes
    ----------
    scales : tuple of p (float, float)
    shifts : tuple of p float
        Whole numbers near the items' centres, taken off before squaring so that nothing is lost to cancellation.
    codes : tuple of p tuples of float
        What means a missing answer.
    by : int
        Number of columns that tell units apart.
    weighted : bool
        Whether there is a column ``w``.
    groups : int
        Number of random groups, for which there is a column ``i``; 0 for none.
    mixer : tuple of 4 int
        Coefficients of the polynomial that picks the groups.
    """

    scales: tuple[tuple[float, float], ...]
    shifts: tuple[float, ...]
    codes: tuple[tuple[float, ...], ...]
    by: int
    weighted: bool
    groups: int
    mixer: tuple[int, int, int, int]

    @property
    def keys(self) -> list[str]:
        """Columns that the sums are grouped by."""
        return [*(f"k{at}" for at in range(self.by)), "g"]

    @property
    def code_list(self) -> list[float]:
        """Every code once."""
        return list(dict.fromkeys(code for codes in self.codes for code in codes))

    def terms(self) -> dict[str, tuple[Literal["sum", "min"], Any]]:
        """Return what is summed.

        ``rows`` all; ``some`` with a weight; ``used`` with a weight and all answers; ``bad`` answers off the scales;
        ``wrong`` weights; ``m`` missing answers; ``c`` coded answers; ``w`` and ``ww`` weights; ``s`` and ``t``
        weighted answers and products of answers.
        """
        import narwhals as nw

        items = range(len(self.scales))
        counts = ["rows", "some", "used", "bad", "wrong", *(f"m{at}" for at in items)]
        counts += [f"c{number}" for number in range(len(self.code_list))]
        rows, columns, _ = packing(len(self.scales))
        w, z = nw.col("w"), "z" if self.weighted else "x"
        terms = {name: nw.col(name) for name in counts}
        terms |= {"w": w, "ww": w * w} if self.weighted else {}
        terms |= {f"s{at}": nw.col(f"{z}{at}") for at in items}
        for at, (i, j) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
            terms[f"t{at}"] = nw.col(f"{z}{i}") * nw.col(f"x{j}")
        return {name: ("sum", term) for name, term in terms.items()}

    def prepared(self, frame: Any) -> Any:
        """Return what these are made of, from a renamed frame: answers are less their shift, null in rows not used."""
        import narwhals as nw

        frame, items, used = self._counted(self.cleaned(frame)), range(len(self.scales)), nw.col("used") > 0
        frame = frame.with_columns(
            *(nw.when(used).then(nw.col(f"x{at}") - self.shifts[at]).alias(f"x{at}") for at in items),
            *([nw.when(used).then(nw.col("w")).alias("w")] if self.weighted else []),
        )
        if not self.weighted:
            return frame
        return frame.with_columns(*((nw.col("w") * nw.col(f"x{at}")).alias(f"z{at}") for at in items))

    def cleaned(self, frame: Any) -> Any:
        """Return the renamed columns as floats, codes and NaN made null, with the group ``g`` and counts of codes."""
        import narwhals as nw

        schema, items = frame.collect_schema(), range(len(self.scales))
        names = [*(f"x{at}" for at in items), *(("w",) if self.weighted else ())]
        frame = frame.with_columns(*(_number(name, schema[name]) for name in names), self._group().alias("g"))
        if not self.code_list:
            return frame
        coded = [at for at in items if self.codes[at]]
        counts = [
            _total([_flag(nw.col(f"x{at}") == code) for at in coded if code in self.codes[at]]).alias(f"c{number}")
            for number, code in enumerate(self.code_list)
        ]
        answers = [nw.when(~nw.col(f"x{at}").is_in(self.codes[at])).then(nw.col(f"x{at}")) for at in coded]
        return frame.with_columns(*counts, *(x.alias(f"x{at}") for at, x in zip(coded, answers, strict=True)))

    def _group(self) -> Any:
        """Return the random group of a row: a polynomial of its number ``i`` modulo a prime, modulo the groups.

        With four coefficients drawn at random, any four rows fall into groups independently of each other (Carter &
        Wegman 1979), so that the mean and the variance of the jackknife variance are those of groups drawn by lot. All
        products stay below 2⁶², and no remainder is taken of a negative number, of which engines have different ideas.
        """
        import narwhals as nw

        if not self.groups:
            return nw.lit(0, nw.Int64)
        a, b, c, d = self.mixer
        i = (nw.col("i").cast(nw.Int64) % PRIME + PRIME) % PRIME
        return (((i * a + b) % PRIME * i + c) % PRIME * i + d) % PRIME % self.groups

    def off_scale(self, at: int) -> Any:
        """Return whether a row's answer to an item lies outside its scale."""
        import narwhals as nw

        low, high = self.scales[at]
        return (nw.col(f"x{at}") < low) | (nw.col(f"x{at}") > high)

    def _counted(self, frame: Any) -> Any:
        """Return the frame with what is counted."""
        import narwhals as nw

        items = range(len(self.scales))
        wrong = _flag(unusable_weight()) if self.weighted else nw.lit(0.0)
        some = _flag(nw.col("w") > 0) if self.weighted else nw.lit(1.0)
        bad = _total([_flag(self.off_scale(at)) for at in items])
        frame = frame.with_columns(rows=nw.lit(1.0), wrong=wrong, some=some, bad=bad)
        frame = frame.with_columns(
            *(_flag(nw.col(f"x{at}").is_null() & (nw.col("some") > 0)).alias(f"m{at}") for at in items)
        )
        missing = _total([nw.col(f"m{at}") for at in items])
        # A fault stops everything in the end; until then an infinity must not meet another one in a sum.
        return frame.with_columns(used=_flag((missing + nw.col("bad") + nw.col("wrong") == 0) & (nw.col("some") > 0)))


def unusable_weight() -> Any:
    """Return whether a row's weight is missing, negative or infinite."""
    import narwhals as nw

    w = nw.col("w")
    return w.is_null() | (w < 0) | (w > LARGEST)


def any_null(names: tuple[str, ...]) -> Any:
    """Return whether a row has a gap in one of the columns."""
    import narwhals as nw

    return reduce(or_, [nw.col(name).is_null() for name in names])


def _number(name: str, dtype: Any) -> Any:
    import narwhals as nw

    x = nw.col(name).cast(nw.Float64)
    # Only floats can be NaN. It means a missing answer, as null does.
    return (nw.when(~x.is_nan()).then(x) if dtype.is_float() else x).alias(name)


def _flag(condition: Any) -> Any:
    """Return 1.0 where a condition holds, else 0.0: unlike a truth value it is never null."""
    import narwhals as nw

    return nw.when(condition).then(nw.lit(1.0)).otherwise(nw.lit(0.0))


def _total(columns: list[Any]) -> Any:
    return reduce(add, columns)
