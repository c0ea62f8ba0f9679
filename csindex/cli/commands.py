"""The commands: each takes the parsed arguments, prints, and returns the exit code."""

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from csindex.benchmark.leagues.league import league
from csindex.benchmark.leagues.result import League
from csindex.checkup.check import check
from csindex.cli import arguments, output
from csindex.cli.questionnaire import write_template
from csindex.errors import OptionError
from csindex.fitting.fit import fit
from csindex.fitting.result import Fit
from csindex.messages import Message, Several
from csindex.model.library.registry import LIBRARY
from csindex.options import choose
from csindex.text import plain
from csindex.text.format import aligned, language
from csindex.text.result import gathered

OK, BAD_DATA = 0, 1


def run_demo(args: argparse.Namespace) -> int:
    """Fit the American index to the moments of four industries that come with the package."""
    from csindex.datasets import acsi2015

    result = fit(LIBRARY["acsi"](), acsi2015("banks"), replicates=args.replicates, progress=False)
    if args.json:
        print(output.as_json(result.tables()))
        return OK
    print(result.summary())
    print(
        "\nThis is the survey of 2,263 customers of American banks in 2015. Now your own:\n"
        "  csindex models                                 which models there are\n"
        "  csindex template acsi -o my_survey             a questionnaire, and a model to fill in\n"
        "  csindex check answers.sav --model acsi         what is wrong with a file\n"
        "  csindex fit answers.sav --model acsi           the index\n"
        "  csindex league answers.sav --by company        who is better than whom"
    )
    return OK


def run_models(args: argparse.Namespace) -> int:
    """List the ready-made models."""
    models = {name: function() for name, function in LIBRARY.items()}
    table = pd.DataFrame(
        {
            "model": list(models),
            "name": [model.name for model in models.values()],
            "constructs": [len(model.constructs) for model in models.values()],
            "items": [len(model.items) for model in models.values()],
            "source": [model.source for model in models.values()],
        }
    )
    if args.json:
        print(output.as_json({"models": table}))
        return OK
    columns = ["model", "name", "constructs", "items"]
    print(aligned([columns, *table[columns].astype(str).to_numpy().tolist()], left=2))
    print()
    for source, group in table.groupby("source", sort=False):
        print(f"  {', '.join(group['model'])}: {source}")
    return OK


def run_check(args: argparse.Namespace) -> int:
    """Print everything that is wrong with a file."""
    model = arguments.model_given(args)
    path, design, reading = arguments.path_given(args), arguments.design(args), arguments.reading(args)
    if args.scales_from_file:
        model, survey = arguments.survey_given(args, model)
        found = check(model, survey, missing=args.missing)
    else:
        found = check(model, path, missing=args.missing, **design, **reading)
    if args.json:
        print(output.as_json(found.tables(), ok=found.ok, rows=found.rows))
    else:
        print(plain.write(found.blocks(language(args.lang), output.spell), found.LINE))
    return OK if found.ok else BAD_DATA


def run_fit(args: argparse.Namespace) -> int:
    """Fit a model, print the summary and write the tables."""
    out = output.out_path(args.out, args.force)
    result = _fitted(args)
    tables = result.tables()
    if out is not None:
        output.write_tables(out, tables)
    print(output.as_json(tables, **_account(result)) if args.json else result.summary(args.lang))
    return OK


def run_league(args: argparse.Namespace) -> int:
    """Rank units."""
    if not args.by:
        raise OptionError(Message("cli.no_units"))
    out = output.out_path(args.out, args.force)
    result = _fitted(args)
    ranked = league(
        result,
        construct=args.construct,
        group=args.group,
        wave=args.wave,
        least_n=args.least_n,
        rounding=args.rounding,
        shrink="eb" if args.shrink else None,
        seed=args.seed,
    )
    tables = gathered([("league", ranked.tables()), ("fit", result.tables())])
    if out is not None:
        output.write_tables(out, tables)
    if args.json:
        print(output.as_json(tables, **_account(result)))
    else:
        print(f"{_ranks(ranked)}\n\n{ranked.summary(args.lang)}" if args.lang == "en" else ranked.summary(args.lang))
    return OK


def run_report(args: argparse.Namespace) -> int:
    """Write a report."""
    if not args.out:
        raise OptionError(Message("cli.no_out"))
    # Only this command needs what reports are made with.
    from csindex.reports.formats.registry import FORMATS
    from csindex.reports.report import report

    path = Path(args.out)
    if path.suffix.lower() not in FORMATS:
        known = Several(FORMATS, most=len(FORMATS))
        raise OptionError(Message("cli.out_report", path=args.out, known=known))
    output.free([path], args.force)
    model, survey = arguments.survey_given(args, arguments.model_given(args))
    result = fit(model, survey, **arguments.fitting(args))
    report(result, path, data=survey, lang=args.lang, title=args.title, overwrite=args.force)
    print(Message("cli.written", path=path).text(language(args.lang)))
    return OK


def run_template(args: argparse.Namespace) -> int:
    """Write a questionnaire and a model to fill in."""
    model = arguments.model_of(args.name, tuple(args.scale) if args.scale else None)
    choose("--lang", args.lang, ("en", "ko"))
    for path in write_template(model, Path(args.out), args.lang, args.force):
        print(path)
    return OK


def _fitted(args: argparse.Namespace) -> Fit:
    model, survey = arguments.survey_given(args, arguments.model_given(args))
    return fit(model, survey, **arguments.fitting(args))


def _ranks(ranked: League) -> str:
    """Return the title and the rows of a league, without what is said to readers of Python."""
    return str(ranked).rpartition("\n\n")[0]


def _account(result: Fit) -> dict[str, Any]:
    account = result.account
    assert account is not None
    coded = {f"{code:g}": count for code, count in account.coded.items()} | account.marked
    said = {"rows": account.rows, "used": account.used, "incomplete": account.incomplete, "made_missing": coded}
    return {"model": result.model.name, "seed": result.seed, "account": said}
