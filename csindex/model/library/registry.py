"""The models that a name on the command line stands for."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from csindex.errors import ModelError, OptionError
from csindex.model import library
from csindex.model.model import Model

READY: dict[str, Callable[..., Model]] = {
    "acsi": library.acsi,
    "acsi:split": partial(library.acsi, variant="split"),
    "acsi:government": partial(library.acsi, variant="government"),
    "ecsi": library.ecsi,
    "ecsi:master": partial(library.ecsi, version="master"),
    "ncsi": library.ncsi,
    "pcsi": library.pcsi,
    "pcsi:1": partial(library.pcsi, version=1),
    "pcsi:service": partial(library.pcsi, service_quality=True),
    "scsb": library.scsb,
    "ncsb": library.ncsb,
    "jcsi": library.jcsi,
    "swics": library.swics,
    "hkcsi": library.hkcsi,
    "ccsi": library.ccsi,
}


def model_of(name: str, scale: tuple[float, float] | None = None, renames: Sequence[str] = ()) -> Model:
    """Return the model that `name` stands for: a ready-made one, a YAML file, or a file in the lavaan notation.

    Raises
    ------
    OptionError
        A name that is neither; a scale for a YAML file, which has its own.
    ModelError
        A file that is no model, names that it does not have.
    """
    path = Path(name)
    if name.lower() in READY:
        make = READY[name.lower()]
        model = make() if scale is None else make(scale=scale)
    elif path.suffix.lower() in (".yaml", ".yml"):
        if scale is not None:
            raise OptionError(f"--scale does not go with {name!r}: the file says its scales.")
        model = Model.from_yaml(path)
    elif path.is_file():
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ModelError(f"{name!r} is no text in UTF-8, so it is no model.") from None
        model = Model.parse(text, scale=scale or (1, 10), name=path.stem)
    else:
        near = get_close_matches(name.lower(), READY, n=2, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise OptionError(
            f"--model {name!r} is neither a ready-made model nor a file. {hint}Ready-made are: {', '.join(READY)}; "
            "see 'csindex models'."
        )
    return model.rename(_columns(model, renames)) if renames else model


def _columns(model: Model, renames: Sequence[str]) -> Mapping[str, str | list[str]]:
    """Return `Model.rename`'s mapping of ``ITEM=column`` or ``column=ITEM``, or ``Construct=column,column``."""
    known = {*model.item_names, *model.construct_names}
    columns: dict[str, str | list[str]] = {}
    for pair in renames:
        left, sign, right = (part.strip() for part in pair.partition("="))
        if not (left and sign and right):
            raise OptionError(f"--rename {pair!r} must read ITEM=column, e.g. SATIS=q9.")
        if left not in known and right in known:
            left, right = right, left
        columns[left] = right.split(",") if left in model.construct_names else right
    return columns
