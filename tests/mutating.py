"""Mutations of workbooks and models, from a seed: cells, XML parts, the bytes of the zip, keys and values of TOML."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, Final

import openpyxl

from workbook_parts import Parts

TOP: Final = Path(__file__).parents[1]
OTHERS: Final = TOP.parent / "shared" / "data" / "workbooks"
VALUES: Final = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        7.5,
        1e308,
        -1e308,
        10**15,
        2027,
        45_658,
        "",
        " ",
        "-",
        "?",
        "x",
        "nej",
        "ja",
        "1 250",
        "1.250",
        "1,5 mkr",
    ),
    *("NaN", "inf", "#REF!", "=1/0", "=A1", "måste", "2027", "EX-1", "EX-1 klar", "0|0,5|1", "|", ";;;", "100 %", "\u200b", "ö" * 40_000),
    *("<b>", "[red]x[/red]", "\x1b[31m", "\ud83d", "_x000D_", "19121212-1212", "Summa", "varav", "ID", "2025 (tkr)", "tkr", "Därefter"),
)
BYTES: Final = (
    b"",
    b"\0",
    b"<",
    b">",
    b"&",
    b'"',
    b"/>",
    b"<row>",
    b"</c>",
    b"\xff\xfe",
    b"&#0;",
    b"&lol;",
    b"9" * 400,
    b"-1",
    b"NaN",
    b"r=",
    b"A1",
)
WORDS: Final = (
    *(
        "0",
        "-1",
        "1e400",
        "nan",
        "inf",
        "true",
        '""',
        '"x"',
        "[]",
        "{}",
        "[[]]",
        "2025-01-01",
        "9" * 30,
        "0.00000001",
        "'''",
        '"tkr"',
        '"mdkr"',
    ),
    *(
        '"kr"',
        '"t"',
        '"%"',
        "[1, 2]",
        "{ value = 1 }",
        '{ value = 1, unit = "mnkr", source = "x" }',
        "2025",
        "9999",
        "1_0",
        "0x10",
        "1979-05-27T07:32:00Z",
    ),
)


@cache
def workbooks() -> tuple[bytes, ...]:
    """Real files: the sample, those by owner, and what lies beside the project."""
    paths = [TOP / "inputs" / "helsingborg-2025.xlsx", *sorted((TOP / "inputs").glob("*/*.xlsx"))]
    paths += sorted(OTHERS.glob("*.xlsx")) if OTHERS.is_dir() else []
    return tuple(p.read_bytes() for p in paths if p.stat().st_size < 150_000)


@cache
def models() -> dict[str, str]:
    """Path to text of the model, its frameworks and scenarios."""
    return {p.relative_to(TOP / "models").as_posix(): p.read_text("utf-8") for p in sorted((TOP / "models").rglob("*.toml"))}


def cells(content: bytes, draw: Random) -> bytes:
    """Some cells with other values, or rows and columns moved."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(content))
        sheet = draw.choice(book.worksheets)
        for _ in range(draw.randint(1, 6)):
            row, column = draw.randint(1, min(sheet.max_row, 70) + 1), draw.randint(1, min(sheet.max_column, 60) + 1)
            match draw.randrange(12):
                case 0:
                    sheet.delete_rows(row, draw.randint(1, 3))
                case 1:
                    sheet.insert_rows(row)
                case 2:
                    sheet.delete_cols(column)
                case 3:
                    sheet.insert_cols(column)
                case 4:
                    sheet.title = draw.choice(["Investeringar", "Överlapp", "x", "Budget"])
                case _:
                    _put(sheet, row, column, draw.choice(VALUES))
        stream = BytesIO()
        book.save(stream)
    return stream.getvalue()


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    cell = sheet.cell(row, column)
    if type(cell).__name__ == "MergedCell":
        return
    if isinstance(value, str):
        value = "".join(c for c in value if c >= " " and not "\ud800" <= c <= "\udfff")[:32_767]
        cell.value = value
        cell.data_type = "s"
    else:
        cell.value = value


def parts(content: bytes, draw: Random) -> bytes:
    """Bytes of the XML changed, a part dropped, emptied or given another's content."""
    made = Parts(content)
    for _ in range(draw.randint(1, 3)):
        name = draw.choice(sorted(made.data))
        match draw.randrange(8):
            case 0:
                del made.data[name]
            case 1:
                made.data[name] = b""
            case 2:
                made.data[name] = made.data[draw.choice(sorted(made.data))]
            case 3:
                numbers = list(re.finditer(rb'"\d+"', made.data[name]))
                if numbers:
                    at = draw.choice(numbers)
                    made.data[name] = (
                        made.data[name][: at.start()]
                        + draw.choice((b'"0"', b'"-1"', b'"99999999"', b'"x"', b'""'))
                        + made.data[name][at.end() :]
                    )
            case 4:
                tags = list(re.finditer(rb"<[^>]+>", made.data[name]))
                if tags:
                    at = draw.choice(tags)
                    made.data[name] = made.data[name][: at.start()] + made.data[name][at.end() :]
            case _:
                made.data[name] = damaged(made.data[name], draw)
    return made.zipped()


def damaged(content: bytes, draw: Random) -> bytes:
    """Some bytes replaced, inserted or cut."""
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(content) + 1)
        content = content[:at] + draw.choice((*BYTES, bytes([draw.randrange(256)]))) + content[at + draw.choice((0, 1, 1, 1, 2, 40)) :]
    return content


def zipped(content: bytes, draw: Random) -> bytes:
    """The bytes of the zip itself; stored, so that what is changed is the content and not only a check sum."""
    if draw.random() < 0.5:
        return damaged(content, draw)
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return damaged(stream.getvalue(), draw)


KINDS: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (cells, parts, zipped)


def workbook(draw: Random) -> bytes:
    """A real workbook, changed in one of the ways."""
    real = workbooks()
    # every other one is of ours, which have a table to misread
    return draw.choice(KINDS)(draw.choice(real[:8] if draw.random() < 0.5 else real), draw)


def model(draw: Random) -> tuple[dict[str, str], list[str]]:
    """The models with one of the files changed, and the scenarios that are asked for."""
    files = dict(models())
    name = draw.choice(sorted(files) + ["helsingborg-2025.toml"] * 4)
    lines = files[name].split("\n")
    for _ in range(draw.randint(1, 4)):
        n = draw.randrange(len(lines))
        match draw.randrange(7):
            case 0:
                del lines[n]
            case 1:
                lines.insert(n, draw.choice(lines))
            case 2:
                lines[n] = re.sub(r"=.*", lambda _: f"= {draw.choice(WORDS)}", lines[n], count=1)
            case 3:
                lines[n] = re.sub(r"value = [^,}]+", lambda _: f"value = {draw.choice(WORDS)}", lines[n], count=1)
            case 4:
                lines[n] = re.sub(
                    r"\w+", lambda w: w[0] if draw.random() < 0.7 else draw.choice(("x", "value", "unit", "debt", "")), lines[n]
                )
            case 5:
                at = draw.randrange(len(lines[n]) + 1)
                lines[n] = (
                    lines[n][:at]
                    + draw.choice(('"', "'", "[", "]", "{", "}", "=", ",", "#", "\t", "é", "\u202e", "0"))
                    + lines[n][at + 1 :]
                )
            case _:
                lines[n], lines[n - 1] = lines[n - 1], lines[n]
        lines = lines or [""]
    files[name] = "\n".join(lines)
    scenarios = [name] if name.startswith("scenarios/") else []
    return files, scenarios
