"""The kind of a file: by its name, checked against its first bytes."""

from difflib import get_close_matches
from os import PathLike
from pathlib import Path

from csindex.errors import OptionError, SurveyError
from csindex.messages import Message, Several

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
    ".xls": "save_workbook",
    ".xlsb": "save_workbook",
    ".ods": "save_xlsx",
    ".por": "save_sav",
    ".sps": "syntax",
    ".sas7bdat": "save_sav_or_csv",
    ".rds": "write_from_r",
    ".rdata": "write_from_r",
}


def kind_of(path: Path) -> str:
    """Return which kind of file is at `path`.

    Raises
    ------
    SurveyError
        No file, a folder, an empty file, a kind that is not read, or contents that do not go with the name.
    """
    if path.is_dir():
        raise SurveyError(Message("readers.folder", path=str(path), known=_known()))
    if not path.is_file():
        raise SurveyError(_no_file(path))
    ending = path.suffix.lower()
    if ending not in KINDS:
        save = Message(f"readers.{_SAVE_AS.get(ending, 'save_as_these')}")
        shown = ending or Message("readers.no_ending")
        raise SurveyError(Message("readers.not_read", name=path.name, ending=shown, known=_known(), save=save))
    try:
        with path.open("rb") as stream:
            start = stream.read(512)
    except OSError as error:
        raise SurveyError(Message("readers.not_opened", name=path.name, error=error.strerror)) from None
    if not start:
        raise SurveyError(Message("readers.no_bytes", name=path.name))
    _check_start(path, start)
    return KINDS[ending]


def path_of(path: str | PathLike[str]) -> Path:
    """Return `path` as a path, or raise an OptionError."""
    if not isinstance(path, (str, PathLike)) or not str(path).strip():
        raise OptionError(Message("readers.path", path=f"{path!r:.80}"))
    if "://" in str(path):
        raise SurveyError(Message("readers.web", path=str(path)))
    return Path(path).expanduser()


def _check_start(path: Path, start: bytes) -> None:
    kind = KINDS[path.suffix.lower()]
    if start.startswith(_OLD_OFFICE):
        raise SurveyError(Message("readers.locked", name=path.name))
    found = next((known for magic, known in _MAGIC.items() if start.startswith(magic)), None)
    if found is None and kind == "Stata" and start[:1] in _OLD_STATA:
        return
    if found is None and kind != "text":
        page = start.lstrip().lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml"))
        what = "web_page" if page else "text" if b"\x00" not in start and start.isascii() else "other"
        values = {
            "what": Message(f"readers.{what}"),
            "save": Message(f"readers.{'save_workbook' if page else 'whole'}"),
        }
        raise SurveyError(Message("readers.other_bytes", name=path.name, kind=_called(kind), **values))
    if found not in (None, kind):
        values = {"kind": _called(kind), "found": _called(str(found))}
        raise SurveyError(Message("readers.other_kind", name=path.name, **values))


def _called(kind: str) -> Message:
    return Message(f"readers.a_{kind}")


def _no_file(path: Path) -> Message:
    """Return that there is no file, and which one is perhaps meant."""
    if not path.parent.is_dir():
        return Message("readers.no_folder", path=str(path), folder=str(path.parent))
    names = [entry.name for entry in path.parent.iterdir() if entry.suffix.lower() in KINDS]
    near = get_close_matches(path.name, names, n=3, cutoff=0.6)
    return (
        Message("readers.no_file_but", path=str(path), near=near)
        if near
        else Message("readers.no_file", path=str(path))
    )


def _known() -> Several:
    return Several(KINDS, most=len(KINDS))
