"""Which kind of file it is: by its name, checked against its first bytes."""

from difflib import get_close_matches
from os import PathLike
from pathlib import Path

from csindex.errors import OptionError, SurveyError

KINDS = {
    ".sav": "SPSS",
    ".zsav": "SPSS",
    ".dta": "Stata",
    ".xlsx": "Excel",
    ".xlsm": "Excel",
    ".csv": "text",
    ".tsv": "text",
    ".tab": "text",
    ".txt": "text",
    ".parquet": "Parquet",
}
_CALLED = {
    "SPSS": "an SPSS file (.sav)",
    "Stata": "a Stata file (.dta)",
    "Excel": "an Excel workbook (.xlsx)",
    "Parquet": "a Parquet file (.parquet)",
    "text": "text (.csv)",
}
_MAGIC = {
    b"$FL2": "SPSS",
    b"$FL3": "SPSS",
    b"<stata_dta>": "Stata",
    b"PK\x03\x04": "Excel",
    b"PAR1": "Parquet",
}
_OLD_STATA = (b"\x71", b"\x72", b"\x73", b"\x6e", b"\x6f", b"\x69", b"\x6c")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_SAVE_AS = {
    ".xls": "Open it in Excel and save it as .xlsx.",
    ".xlsb": "Open it in Excel and save it as .xlsx.",
    ".ods": "Save it as .xlsx.",
    ".por": "Save it as .sav.",
    ".sps": "That is SPSS syntax; the data are in a .sav file.",
    ".sas7bdat": "Save it as .sav or .csv.",
    ".rds": "Write it with haven::write_sav or write.csv.",
    ".rdata": "Write it with haven::write_sav or write.csv.",
}


def kind_of(path: Path) -> str:
    """Return which kind of file is at `path`.

    Raises
    ------
    SurveyError
        No file, a folder, an empty file, a kind that is not read, or contents that do not go with the name.
    """
    if path.is_dir():
        raise SurveyError(f"{str(path)!r} is a folder. Name one file in it: {_known()}.")
    if not path.is_file():
        raise SurveyError(f"there is no file {str(path)!r}.{_near(path)}")
    ending = path.suffix.lower()
    if ending not in KINDS:
        raise SurveyError(f"{path.name!r}: files {ending or 'without an ending'} are not read, but {_known()}. "
                          f"{_SAVE_AS.get(ending, 'Save it as one of these.')}")  # fmt: skip
    try:
        with path.open("rb") as stream:
            start = stream.read(512)
    except OSError as error:
        raise SurveyError(
            f"{path.name!r} cannot be opened: {error.strerror}. Close it elsewhere, or copy it."
        ) from None
    if not start:
        raise SurveyError(f"{path.name!r} is empty: it has no bytes. Was it written, or copied, to the end?")
    _check_start(path, start)
    return KINDS[ending]


def path_of(path: str | PathLike[str]) -> Path:
    """Return `path` as a path, or raise an OptionError."""
    if not isinstance(path, (str, PathLike)) or not str(path).strip():
        raise OptionError(f"the path of a file is expected, e.g. 'survey.sav', not {path!r:.80}.")
    if "://" in str(path):
        raise SurveyError(f"{str(path)!r} is an address on the web. Download the file first.")
    return Path(path).expanduser()


def _check_start(path: Path, start: bytes) -> None:
    kind = KINDS[path.suffix.lower()]
    if start.startswith(_OLD_OFFICE):
        raise SurveyError(
            f"{path.name!r} is a workbook that is protected by a password, or of the kind before 2007 (.xls). Open it in "
            "Excel, take the password off, and save it as .xlsx."
        )
    found = next((known for magic, known in _MAGIC.items() if start.startswith(magic)), None)
    if found is None and kind == "Stata" and start[:1] in _OLD_STATA:
        return
    if found is None and kind != "text":
        page = start.lstrip().lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml"))
        what = "a web page" if page else "text" if b"\x00" not in start and start.isascii() else "something else"
        advice = "Open it in Excel and save it as .xlsx." if page else "Was it written, or copied, to the end?"
        raise SurveyError(
            f"{path.name!r} is not {_CALLED[kind]} as its name says: its first bytes are {what}. {advice}"
        )
    if found not in (None, kind):
        raise SurveyError(f"{path.name!r} is not {_CALLED[kind]}, but {_CALLED[str(found)]}. Give it that ending.")


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return f" There is no folder {str(path.parent)!r} either."
    names = [entry.name for entry in path.parent.iterdir() if entry.suffix.lower() in KINDS]
    near = get_close_matches(path.name, names, n=3, cutoff=0.6)
    return f" Did you mean {near}?" if near else ""


def _known() -> str:
    return ", ".join(KINDS)
