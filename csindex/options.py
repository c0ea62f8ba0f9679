"""The choices of a fit, checked once and carried on its result."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from html import escape
from typing import Literal, Protocol, TypeVar, get_args

from csindex.errors import OptionError
from csindex.messages import Argument, Message, Several

Estimator = Literal["pls", "plsc", "cbsem"]
Discrepancy = Literal["ML", "GLS", "ULS", "DWLS"]
Errors = Literal["normal", "robust"]
Likelihood = Literal["normal", "wishart"]
Scheme = Literal["path", "centroid", "factorial"]
Variant = Literal["standardized", "centered"]
HigherOrder = Literal["two-stage", "repeated"]
Interaction = Literal["two-stage", "product", "orthogonal"]
Convention = Literal["fornell", "standardized", "equal"]
Missing = Literal["listwise", "pairwise", "mean", "em", "fiml"]
Interval = Literal["auto", "percentile", "normal", "basic", "bca", "studentized"]
Resampling = Literal["bootstrap", "jackknife", "parametric", "replicate weights"]
Kind = Literal["bootstrap", "jackknife", "replicate weights", "simple", "nested", "parametric"]
"""What replicates are made of: *simple* leave one row out at a time, which gives the variance of a simple random sample to
measure design effects by; *nested* are resamples of bootstrap resamples, for studentised intervals."""

_SPELLINGS = {
    "standardised": "standardized", "centred": "centered", "studentised": "studentized", "BCa": "bca",
    "ml": "ML", "gls": "GLS", "uls": "ULS", "dwls": "DWLS",
}  # fmt: skip

_KNOWN: dict[str, tuple[str, ...]] = {
    "estimator": get_args(Estimator),
    "scheme": get_args(Scheme),
    "variant": get_args(Variant),
    "convention": get_args(Convention),
    "higher_order": get_args(HigherOrder),
    "interaction": get_args(Interaction),
    "missing": get_args(Missing),
    "resampling": get_args(Resampling),
    "interval": get_args(Interval),
    "discrepancy": get_args(Discrepancy),
    "errors": get_args(Errors),
    "likelihood": get_args(Likelihood),
}


@contextmanager
def accepted(option: str, value: str) -> Iterator[None]:
    """Let an option have one value more for a while: the name of what has been registered."""
    before = _KNOWN[option]
    _KNOWN[option] = (*before, value)
    try:
        yield
    finally:
        _KNOWN[option] = before


class Named(Protocol):
    """What has a name, which is a value of an option."""

    @property
    def name(self) -> str:
        """The value of the option."""


Entry = TypeVar("Entry", bound=Named)


class Registry(Mapping[str, Entry]):
    """What the values of an option stand for, by their names; read-only.

    Parameters
    ----------
    option : str
    entries : iterable of objects with a name
    """

    def __init__(self, option: str, entries: Iterable[Entry]) -> None:
        self._option = option
        self._entries = {entry.name: entry for entry in entries}

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @contextmanager
    def added(self, entry: Entry) -> Iterator[None]:
        """Have another entry for a while.

        Raises
        ------
        OptionError
            If there is one of this name.
        """
        if entry.name in self:
            raise OptionError(Message("options.registered", option=Argument(self._option, entry.name)))
        with accepted(self._option, entry.name):
            self._entries[entry.name] = entry
            try:
                yield
            finally:
                del self._entries[entry.name]


def choose(name: str, value: object, known: Iterable[str]) -> str:
    """Return `value` if it is one of the `known` spellings.

    Raises
    ------
    OptionError
        Naming the argument, what was found and what can be used.
    """
    known = tuple(known)
    text = _SPELLINGS.get(value, value) if isinstance(value, str) else value
    if text not in known:
        listed = Several(map(repr, known), most=len(known))
        raise OptionError(Message("options.unknown", option=Argument(name, value), known=listed))
    return str(text)


def whole(name: str, value: object, least: int) -> int:
    """Return `value` as an integer of at least `least`."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() < least:
        raise OptionError(Message("options.whole", option=Argument(name, value), least=least))
    return int(value.__index__())


def within(name: str, value: object, low: float, high: float, example: str) -> None:
    """Check that `value` is a number between `low` and `high`, both excluded."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low < value < high:
        raise OptionError(Message("options.within", option=Argument(name, value), low=low, high=high, example=example))


def replicate_count(value: object) -> int:
    """Return a number of replicates: 0 for none, or 2 and more."""
    count = whole("replicates", value, 0)
    if count == 1:
        raise OptionError(Message("options.one_replicate"))
    return count


def _ordinal(value: object) -> bool | tuple[str, ...]:
    """Return True or False for all items or none, or the names of the ordinal ones."""
    named = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not isinstance(value, bool) and not all(isinstance(name, str) for name in named):
        raise OptionError(Message("options.ordinal", value=f"{value!r:.80}"))
    return value if isinstance(value, bool) else tuple(map(str, named)) or False


@dataclass(frozen=True, slots=True)
class Options:
    """How a fit is to be done; every field is also an argument of `csindex.fit`.

    Of index weights carried over from an earlier wave, `weights_from` says where they come from; it is empty otherwise.
    """

    estimator: Estimator = "pls"
    scheme: Scheme = "path"
    variant: Variant = "standardized"
    convention: Convention = "fornell"
    higher_order: HigherOrder = "two-stage"
    interaction: Interaction = "two-stage"
    missing: Missing = "listwise"
    ordinal: bool | Sequence[str] = False
    resampling: Resampling = "bootstrap"
    interval: Interval = "auto"
    level: float = 0.95
    replicates: int = 1000
    tolerance: float = 1e-7
    max_iterations: int = 300
    max_failed: float = 0.10
    weights_from: str = ""
    discrepancy: Discrepancy = "ML"
    errors: Errors = "normal"
    likelihood: Likelihood = "normal"

    def __post_init__(self) -> None:
        for name, values in _KNOWN.items():
            object.__setattr__(self, name, choose(name, getattr(self, name), values))
        object.__setattr__(self, "ordinal", _ordinal(self.ordinal))
        object.__setattr__(self, "replicates", replicate_count(self.replicates))
        object.__setattr__(self, "max_iterations", whole("max_iterations", self.max_iterations, 1))
        within("level", self.level, 0, 1, "0.95")
        within("tolerance", self.tolerance, 0, 0.01, "1e-7")
        within("max_failed", self.max_failed, -1e-9, 1 + 1e-9, "0.10")

    def __repr__(self) -> str:
        chosen = ((field.name, getattr(self, field.name), field.default) for field in fields(self))
        return f"Options({', '.join(f'{name}={value!r}' for name, value, usual in chosen if value != usual)})"

    def _repr_html_(self) -> str:
        return f'<div class="csindex"><pre>{escape(repr(self))}</pre></div>'
