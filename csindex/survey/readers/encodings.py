"""How the letters of a text file are encoded: found by trying."""

import codecs

from csindex.errors import OptionError, SurveyError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
KOREAN = 0.9


def decoded(content: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read with.

    Without an encoding these are tried: a byte-order mark; UTF-8; UTF-16 without a mark; CP949 (which includes EUC-KR),
    if nearly all letters beyond ASCII are then common Korean ones; Windows-1252; Latin-1, which reads everything.

    Raises
    ------
    OptionError
        An encoding that is not known.
    SurveyError
        Bytes that the given encoding does not have, or that are no text.
    """
    if encoding is not None:
        return _given(content, name, encoding), encoding
    for mark, known in _MARKS:
        if content.startswith(mark):
            return _given(content, name, known), known
    tries = ["utf-8", *_wide(content), "cp949", "cp1252", "latin-1"]
    for known in tries:
        try:
            text = content.decode(known)
        except UnicodeDecodeError:
            continue
        if known == "cp949" and _korean(text) < KOREAN:
            continue
        if "\x00" in text:
            break
        return text, known
    raise SurveyError(f"{name!r} is no text: it holds bytes that stand for no letter. Is it a file of another kind?")


def _given(content: bytes, name: str, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError:
        raise OptionError(
            f"encoding={encoding!r} is not known. Use e.g. 'utf-8', 'cp949' or 'latin-1', or leave it out."
        ) from None
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        line = content[:at].count(b"\n") + 1
        raise SurveyError(
            f"{name!r} is not text in {encoding}: byte {at + 1:,} (line {line:,}) stands for no letter. Give encoding= the "
            "right one, or leave it out to have it found."
        ) from None


def _wide(content: bytes) -> list[str]:
    """Return the UTF-16 whose high bytes are mostly zero, as those of Western text and of digits are."""
    start = content[:4096]
    if len(content) % 2 or not start:
        return []
    half = len(start) // 2
    if start[1::2].count(0) > 0.3 * half and not start[0::2].count(0):
        return ["utf-16-le"]
    return ["utf-16-be"] if start[0::2].count(0) > 0.3 * half and not start[1::2].count(0) else []


def _korean(text: str) -> float:
    """Return the share of common Korean letters, those of EUC-KR, among letters beyond ASCII."""
    beyond = {letter for letter in text if ord(letter) > 127}
    common = {letter for letter in beyond if "가" <= letter <= "힣" and letter.encode("euc_kr", "ignore")}
    # Signs such as ※ and · are at home in Korean text; Chinese characters are what other encodings look like.
    signs = {letter for letter in beyond if not "㐀" <= letter <= "힣"}
    return len(common | signs) / len(beyond) if common else 0.0
