"""Arguments that commands share, and what they mean."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from csindex.errors import ModelError, OptionError
from csindex.messages import Message, Several
from csindex.model.library.registry import LIBRARY
from csindex.model.model import Model
from csindex.survey.readers.read import read_survey
from csindex.survey.survey import Survey

Scale = tuple[float, float]
LONGEST = 250
"""Letters of a path; what is longer can only be a model."""


def names(text: str) -> list[str]:
    """Return the names in ``a,b``."""
    return [name.strip() for name in text.split(",") if name.strip()]


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add what says which model is meant."""
    group = parser.add_argument_group("the model")
    group.add_argument(
        "--model", default="acsi", metavar="NAME|FILE",
        help="a ready-made model (see 'csindex models'), a YAML file, or the lavaan notation, as a file or as it is: 'A =~ a1 + a2; ...'; acsi if not given",
    )  # fmt: skip
    group.add_argument("--scale", nargs=2, type=float, metavar=("LOW", "HIGH"), help="scale of the ratings, e.g. 1 7")
    group.add_argument(
        "--rename", action="extend", nargs="+", default=[], metavar="ITEM=column",
        help="what your columns are called: SATIS=q9, or a whole construct: Value=q7,q8",
    )  # fmt: skip
    group.add_argument(
        "--scales-from-file", action="store_true", help="take the items' scales from the file's value labels"
    )


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add what says which answers are meant and how they are read."""
    group = parser.add_argument_group("the answers")
    group.add_argument("data", nargs="?", help=".sav, .dta, .xlsx, .csv, .tsv or .parquet")
    group.add_argument("--data", dest="data_option", metavar="FILE", help=argparse.SUPPRESS)
    group.add_argument("--weights", metavar="COLUMN", help="case weights")
    group.add_argument("--by", action="extend", type=names, metavar="COLUMN[,COLUMN]", help="units, e.g. companies")
    group.add_argument("--strata", action="extend", type=names, metavar="COLUMN[,COLUMN]")
    group.add_argument("--clusters", action="extend", type=names, metavar="COLUMN[,COLUMN]")
    group.add_argument(
        "--missing-codes", action="extend", nargs="+", default=[], metavar="CODES",
        help="what means no answer: 98,99; for one item: PRICE=101",
    )  # fmt: skip
    group.add_argument(
        "--missing", default="listwise", metavar="POLICY", help="listwise (if not given), pairwise, mean or em"
    )
    group.add_argument(
        "--item-scales", action="extend", nargs="+", default=[], metavar="ITEM=LOW:HIGH",
        help="scales of items, which also replace the file's; of all items with a scale: 1:10=0:10",
    )  # fmt: skip
    group.add_argument(
        "--texts", action="extend", nargs="+", default=[], metavar="TEXT=NUMBER",
        help="answers that are written as texts: 'very satisfied=5'",
    )  # fmt: skip
    group.add_argument("--sheet", help="of a workbook: its name or number")
    group.add_argument("--header", type=int, metavar="ROW", help="row with the names of the columns")
    group.add_argument("--encoding", help="of text, e.g. cp949; found if not given")
    group.add_argument("--delimiter", help="of text; found if not given")
    group.add_argument("--decimal", help="decimal point of text; found if not given")


def add_fit(parser: argparse.ArgumentParser) -> None:
    """Add what says how the model is fitted."""
    group = parser.add_argument_group("the fit")
    group.add_argument("--replicates", type=int, default=1000, metavar="N", help="1000 if not given; 0 for none")
    group.add_argument("--seed", type=int, default=1, metavar="N")
    group.add_argument("--level", type=float, default=0.95, help="of the intervals, 0.95 if not given")
    group.add_argument("--estimator", default="pls", help="pls (if not given), plsc, ordinal or cbsem")
    group.add_argument("--scheme", default="path", help="path (if not given), centroid or factorial")
    group.add_argument("--convention", default="fornell", help="fornell (if not given), standardized or equal")
    group.add_argument("--jobs", type=int, default=1, metavar="N", help="workers, -1 for all cores")
    group.add_argument("--drop-units", action="store_true", help="leave out units that cannot be estimated")


def add_output(parser: argparse.ArgumentParser, out: str = "", tables: bool = True) -> None:
    """Add what says where the result goes."""
    group = parser.add_argument_group("the result")
    if out:
        group.add_argument("-o", "--out", metavar="FILE", help=out)
        group.add_argument("--force", action="store_true", help="write over files that are there")
    if tables:
        group.add_argument("--json", action="store_true", help="print the tables as JSON")
    group.add_argument("--quiet", action="store_true", help="no progress bar and no notes")


def model_given(args: argparse.Namespace) -> Model:
    """Return the model that the arguments say."""
    model = model_of(args.model, tuple(args.scale) if args.scale else None, args.rename)
    return model.with_scales(_scales(getattr(args, "item_scales", ())))


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
    if name.lower() in LIBRARY:
        function = LIBRARY[name.lower()]
        model = function() if scale is None else function(scale=scale)
    elif path.suffix.lower() in (".yaml", ".yml") and "=~" not in name:
        if scale is not None:
            raise OptionError(Message("cli.scale_of_file", name=name))
        model = Model.from_yaml(path)
    elif "\n" not in name and len(name) < LONGEST and path.is_file():
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ModelError(Message("cli.not_utf8", name=name)) from None
        model = Model.parse(text, scale=scale or (1, 10), name=path.stem)
    elif "=~" in name or "<~" in name:
        model = Model.parse(name, scale=scale or (1, 10))
    else:
        near = get_close_matches(name.lower(), LIBRARY, n=2, cutoff=0.5)
        meant = Message("cli.near_model", names=Several(near, last=" or ")) if near else ""
        known = Several(LIBRARY, most=len(LIBRARY))
        raise OptionError(Message("cli.no_model", name=name, near=meant, known=known))
    return model.rename(_columns(model, renames)) if renames else model


def _columns(model: Model, renames: Sequence[str]) -> Mapping[str, str | list[str]]:
    """Return `Model.rename`'s mapping of ``ITEM=column`` or ``column=ITEM``, or ``Construct=column,column``."""
    known = {*model.item_names, *model.construct_names}
    columns: dict[str, str | list[str]] = {}
    for pair in renames:
        left, sign, right = (part.strip() for part in pair.partition("="))
        if not (left and sign and right):
            raise OptionError(Message("cli.rename_form", pair=pair))
        if left not in known and right in known:
            left, right = right, left
        columns[left] = right.split(",") if left in model.construct_names else right
    return columns


def path_given(args: argparse.Namespace) -> str:
    """Return the path of the answers."""
    if args.data and args.data_option:
        raise OptionError(Message("cli.two_files", first=args.data, second=args.data_option))
    path: str = args.data or args.data_option or ""
    if not path:
        raise OptionError(Message("cli.no_data", command=args.command))
    return path


def reading(args: argparse.Namespace) -> dict[str, Any]:
    """Return how the file is to be read, as `read_survey` takes it."""
    sheet = int(args.sheet) if args.sheet and args.sheet.isdecimal() else args.sheet
    delimiter = {"\\t": "\t", "tab": "\t"}.get(args.delimiter, args.delimiter)
    given = {"sheet": sheet, "header": args.header, "encoding": args.encoding, "delimiter": delimiter}
    own = {name: scale for name, scale in _scales(args.item_scales).items() if isinstance(name, str)}
    given |= {"decimal": args.decimal, "scales": own or None, "texts": _texts(args.texts) or None}
    return {name: value for name, value in given.items() if value is not None}


def design(args: argparse.Namespace) -> dict[str, Any]:
    """Return weights, units, strata, clusters and missing codes, as `read_survey` takes them."""
    return {
        "weights": args.weights,
        "by": args.by,
        "strata": args.strata,
        "clusters": args.clusters,
        "missing_codes": codes_of(args.missing_codes),
    }


def survey_given(args: argparse.Namespace, model: Model) -> tuple[Model, Survey]:
    """Return the survey that the arguments say, and the model, on the file's scales where that is asked for."""
    survey = read_survey(path_given(args), **design(args), **reading(args))
    return (model.with_scales(survey.scales) if args.scales_from_file else model), survey


def fitting(args: argparse.Namespace) -> dict[str, Any]:
    """Return how the model is fitted, as `fit` takes it."""
    return {
        "missing": args.missing,
        "replicates": args.replicates,
        "seed": args.seed,
        "level": args.level,
        "estimator": args.estimator,
        "scheme": args.scheme,
        "convention": args.convention,
        "n_jobs": args.jobs,
        "bad_units": "drop" if args.drop_units else "raise",
        "progress": sys.stderr.isatty() and not args.quiet,
    }


def codes_of(texts: Sequence[str]) -> list[float | str] | dict[str, list[float | str]] | None:
    """Return the codes in ``98,99`` or, by item, in ``PRICE=101``."""
    general: list[float | str] = []
    own: dict[str, list[float | str]] = {}
    for text in texts:
        item, sign, codes = text.rpartition("=")
        (own.setdefault(item, []) if sign else general).extend(_code(code) for code in names(codes))
    if general and own:
        raise OptionError(Message("cli.codes_form"))
    return own or general or None


def _code(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _texts(pairs: Sequence[str]) -> dict[str, float]:
    """Return the numbers in ``TEXT=NUMBER``."""
    texts = {}
    for pair in pairs:
        text, _, number = pair.rpartition("=")
        try:
            texts[text.strip()] = float(number)
        except ValueError:
            raise OptionError(Message("cli.texts_form", text=pair)) from None
    return texts


def _scales(texts: Sequence[str]) -> dict[str | Scale, Scale]:
    """Return the scales in ``ITEM=LOW:HIGH``, or ``LOW:HIGH=LOW:HIGH`` for all items with a scale."""
    scales: dict[str | Scale, Scale] = {}
    for text in texts:
        item, _, ends = text.rpartition("=")
        scale = _scale(ends)
        if scale is None or not item:
            raise OptionError(Message("cli.scales_form", text=text))
        scales[_scale(item) or item] = scale
    return scales


def _scale(text: str) -> Scale | None:
    try:
        low, high = map(float, text.split(":"))
    except ValueError:
        return None
    return low, high
