"""Numbers as people type them: exact, or explicitly ambiguous, or explicitly not a number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portfolio.excel.numbers import Reading, parse_float, parse_number

VALUES = {
    "0": "0", "7": "7", "1250": "1250", "007": "7", "12345678": "12345678",
    "1 250": "1250", "1 250,5": "1250.5", "1 250.5": "1250.5", "12 345 678": "12345678", "1 250 000,25": "1250000.25",
    "1\u00a0250": "1250", "1\u00a0250,5": "1250.5", "1\u202f250,5": "1250.5", "1\u2009250": "1250", "1\u2007250": "1250",
    "  42  ": "42", "\u00a042\u00a0": "42", "\t42\n": "42",
    "12,5": "12.5", "12.5": "12.5", "0,125": "0.125", "0.125": "0.125", ",5": "0.5", ".5": "0.5", "12,50": "12.50", "1,2345": "1.2345",
    "1250,500": "1250.500", "1 250,500": "1250.500", "1234.567": "1234.567",
    "1.250,50": "1250.50", "1,250.50": "1250.50", "1.250.000": "1250000", "1,250,000": "1250000", "1.250.000,5": "1250000.5",
    "1'250": "1250", "1’250’000": "1250000", "12'345,6": "12345.6",
    "-5": "-5", "−1 200": "-1200", "–1200": "-1200", "+5": "5", "+ 5": "5", "- 5": "-5", "1200-": "-1200",
    "200 -": "-200", "1 200−": "-1200",
    "(1 200)": "-1200", "( 1 200,5 )": "-1200.5", "-0,5": "-0.5",
    "12,5 %": "0.125", "12,5%": "0.125", "100 %": "1", "5\u00a0%": "0.05", "-5 %": "-0.05", "0,9 %": "0.009",
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VALUES.items())
def test_value(text: str, expected: str) -> None:
    number = parse_number(text)
    assert number.reading is Reading.VALUE
    assert number.value == Decimal(expected)
    assert number.percent == ("%" in text)


@pytest.mark.parametrize("text", ["", "   ", "-", "–", "—", "−", "\u00a0", "\u00a0-\u00a0"])
def test_no_value(text: str) -> None:
    assert parse_number(text).reading is Reading.EMPTY


@pytest.mark.parametrize(
    ("text", "small", "large"),
    [
        ("1.250", "1.25", "1250"), ("12,345", "12.345", "12345"), ("-1.250", "-1.25", "-1250"), ("(1,250)", "-1.25", "-1250"),
        ("123.456", "123.456", "123456"), ("1,250 %", "0.0125", "12.5"), ("-1,250 %", "-0.0125", "-12.5"),
    ],
)  # fmt: skip
def test_ambiguous(text: str, small: str, large: str) -> None:
    number = parse_number(text)
    assert number.reading is Reading.AMBIGUOUS
    assert (number.value, number.other) == (Decimal(small), Decimal(large))


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2,5 mkr", "2.5", "mnkr"), ("1 250 tkr", "1250", "tkr"), ("100kr", "100", "kr"), ("3 MSEK", "3", "mnkr"), ("12 ton", "12", "t"),
        ("2 milj kr", "2", "mnkr"), ("5 tkr.", "5", "tkr"),
    ],
)  # fmt: skip
def test_unit(text: str, value: str, unit: str) -> None:
    number = parse_number(text)
    assert (number.reading, number.value, number.unit) == (Reading.UNIT, Decimal(value), unit)


@pytest.mark.parametrize(
    "text",
    [
        "ca 100", "?", "x", "abc", "1 25", "12 34", "1,2,3", "1.2.3", "1..2", "1,250,00", "1.25.000", "--5", "(5", "5)", "5 %%", "% 5",
        "(100", "100)", "1.250 tkr", "abc tkr",
        "NaN", "nan", "inf", "-inf", "1e5", "1E+3", "12:30", "2025-01-01", "12,", "1 250 st", "12,5 % kr", "+-5", "(-5)", "٣",
    ],
)  # fmt: skip
def test_not_a_number(text: str) -> None:
    assert parse_number(text).reading is Reading.NOT_A_NUMBER


def test_floats_are_read_as_excel_shows_them() -> None:
    assert parse_float(0.1 + 0.2) == Decimal("0.3")
    assert parse_float(450.00000000000006) == Decimal("450")
    assert parse_float(24.6) == Decimal("24.6")
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not finite"):
            parse_float(value)
