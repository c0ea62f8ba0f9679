"""The program `csindex`: its parser, exit codes, errors and notes."""

import argparse
import re
import sys
import warnings
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from csindex.cli import arguments, commands
from csindex.cli.output import spell
from csindex.errors import CsindexError, CsindexWarning, EstimationError, SurveyError
from csindex.messages import Language, Message
from csindex.version import __version__

USAGE, INTERRUPTED = 2, 130

_BELOW_ZERO = re.compile(r"-\d[\d.]*(,-?\d[\d.]*)*")

_EPILOG = """\
exit codes: 0 all is well; 1 something is wrong with the data; 2 with the arguments, the model or the output; 130 interrupted

examples:
  csindex check survey.sav --model acsi
  csindex fit survey.csv --model ncsi --missing-codes 98,99 --by company --out result.xlsx
  csindex league survey.xlsx --model my.yaml --by company --lang ko
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; by default those of the program.

    Returns
    -------
    int
        0 if all is well, 1 if something is wrong with the data, 2 with the arguments, the model or the output, 130 if
        interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a letter, such as the dash of "1–10", shows "?" rather than stopping.
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    argv = sys.argv[1:] if argv is None else argv
    if not argv:
        parser().print_help()
        return USAGE
    try:
        args = parser().parse_args(_with_codes(argv))
    except SystemExit as end:
        return int(end.code or 0)
    lang: Language = getattr(args, "lang", "en")
    try:
        with _notes(getattr(args, "quiet", False), lang):
            return int(args.run(args))
    except CsindexError as error:
        _say(error.text(lang, spell))
        return commands.BAD_DATA if isinstance(error, (SurveyError, EstimationError)) else USAGE
    except BrokenPipeError:
        # The program that reads the output, such as head, has ended.
        sys.stderr.close()
        return commands.OK
    except OSError as error:
        file = error.filename or Message("cli.a_file")
        _say(Message("cli.system", file=file, error=error.strerror or error).text(lang))
        return USAGE
    except KeyboardInterrupt:
        _say(Message("cli.interrupted").text(lang))
        return INTERRUPTED


def _with_codes(argv: Sequence[str]) -> list[str]:
    """Return arguments in which codes below 0, as in ``--missing-codes -9,-8``, are joined to their flag."""
    joined: list[str] = []
    for word in argv:
        if _BELOW_ZERO.fullmatch(word) and joined and joined[-1].startswith("--missing-codes"):
            flag = "--missing-codes="
            joined[-1:] = [flag + word] if joined[-1] == flag[:-1] else [joined[-1], flag + word]
        else:
            joined.append(word)
    return joined


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    top = _Parser(
        prog="csindex",
        description="Customer-satisfaction indices: scores from 0 to 100 and driver weights, each with its uncertainty.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"csindex {__version__}")
    added = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    tables = "write the tables, as .xlsx, .csv or .json"

    def command(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        made = added.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".", allow_abbrev=False)
        made.set_defaults(run=run)
        return made

    demo = command("demo", commands.run_demo, "a first index, from data that come with the package")
    demo.add_argument("--replicates", type=int, default=500, metavar="N")
    arguments.add_output(demo)
    check = command("check", commands.run_check, "everything that is wrong with a file, at once")
    fit = command("fit", commands.run_fit, "the index and its drivers")
    league = command("league", commands.run_league, "who is better than whom, as far as the survey can say")
    report = command("report", commands.run_report, "a report to hand on")
    for made in (check, fit, league, report):
        arguments.add_data(made)
        arguments.add_model(made)
    for made in (fit, league, report):
        arguments.add_fit(made)
    arguments.add_output(check)
    arguments.add_output(fit, tables)
    arguments.add_output(league, tables)
    arguments.add_output(report, "the report, as .html, .xlsx, .docx, .md or .tex", tables=False)
    report.add_argument("--title", default="", help="the model's name if not given")
    _add_league(league)
    for made in (check, fit, league, report):
        made.add_argument("--lang", default="en", choices=("en", "ko"), help="language, en if not given")
    arguments.add_output(command("models", commands.run_models, "the ready-made models and their sources"))
    template = command("template", commands.run_template, "a questionnaire, and a model to fill in")
    template.add_argument("name", metavar="MODEL", help="a ready-made model, or a file")
    template.add_argument("--lang", default="en", choices=("en", "ko"), help="language, en if not given")
    template.add_argument(
        "--scale", nargs=2, type=float, metavar=("LOW", "HIGH"), help="scale of the ratings, e.g. 1 7"
    )
    template.add_argument("-o", "--out", default="survey", metavar="FOLDER", help="'survey' if not given")
    template.add_argument("--force", action="store_true", help="write over files that are there")
    return top


def _add_league(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("the league")
    group.add_argument("--construct", help="what is ranked; the model's target if not given")
    group.add_argument("--group", help="column of --by within which units are ranked, e.g. a sector")
    group.add_argument("--wave", help="column of --by that names the waves")
    group.add_argument("--least-n", type=int, default=30, metavar="N", help="fewest answers of a unit that is ranked")
    group.add_argument("--rounding", type=int, metavar="DIGITS", help="publish rounded scores, and rank them so")
    group.add_argument("--shrink", action="store_true", help="add empirical-Bayes scores")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _say(f"{message}. See '{self.prog} --help'.")
        raise SystemExit(USAGE)


@contextmanager
def _notes(quiet: bool, lang: Language) -> Any:
    """Show the warnings of csindex as notes on the standard error, each once."""
    shown: set[str] = set()
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def show(message: Any, category: Any, *where: Any, **more: Any) -> None:
            if not isinstance(message, CsindexWarning):
                usual(message, category, *where, **more)
            elif not quiet and (text := message.text(lang, spell)) not in shown:
                shown.add(text)
                _say(Message("cli.note", text=text).text(lang))

        warnings.simplefilter("always", CsindexWarning)
        warnings.showwarning = show
        yield


def _say(text: str) -> None:
    for line in text.splitlines():
        print(f"csindex: {line}", file=sys.stderr)
