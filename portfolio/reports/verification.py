"""What a verification found, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from portfolio.reports.figures import kronor, moment, number, tonnes
from portfolio.reports.findings import clean
from portfolio.reports.page import Page
from portfolio.text import Text
from portfolio.verify import Difference, Verification

MOST_SHOWN = 40
"""Differences that the terminal shows."""


def status(found: Verification) -> str:
    """`differs`, `incomplete` or `holds`."""
    return "differs" if found.differences else "incomplete" if found.unchecked else "holds"


def render(found: Verification, folder: str, page: Page, second: str = "", *, tried: bool = False) -> None:
    """The verification on the terminal; `second` is what a second solver that was `tried` agrees on."""
    t = page.t
    page.line(t("verify.title", folder=folder), "bold")
    if found.proof:
        page.line(t("verify.run", title=clean(str(found.proof["title"])), created=moment(str(found.proof["created"])) or "–"))
    verdict = status(found)
    count = len(found.differences)
    page.line(t(f"verify.{verdict}", count=count) if verdict == "differs" else t(f"verify.{verdict}"), "bold red" if count else "bold")
    page.line(t("verify.files", count=found.files, inputs=found.inputs))
    counted = {name: kronor(getattr(found, name), t.lang) for name in ("limits", "figures", "cells")}
    page.line(t("verify.counted", **counted))
    for line in _proof(found, t, tried=tried):
        page.line(line)
    if second:
        page.line(second)
    if found.fingerprint:
        page.line(t("verify.fingerprint", sha256=found.fingerprint))
    _listed(page, "verify.differences", "verify.difference", found.differences[:MOST_SHOWN])
    if count > MOST_SHOWN:
        page.line(t("verify.more_differences", count=count - MOST_SHOWN))
    _listed(page, "verify.unchecked_title", "verify.unchecked", found.unchecked)
    _listed(page, "verify.notes", "verify.note", found.notes)


def _listed(page: Page, heading: str, group: str, lines: Iterable[Difference]) -> None:
    lines = list(lines)
    if lines:
        page.title(page.t(heading))
    for line in lines:
        page.line(sentence(line, group, page.t))


def sentence(line: Difference, group: str, text: Text) -> str:
    """One difference in words, its place first."""
    where = " ".join(part for part in (clean(line.file), clean(line.place)) if part)
    return text(f"{group}.{line.what}", where=where, said=clean(line.said), counted=clean(line.counted))


def _proof(found: Verification, t: Text, *, tried: bool) -> list[str]:
    """What the run says is proven, and by what."""
    proof = found.proof
    if not proof:
        return []
    report = proof["objective"]
    if report is None:
        return [t("verify.proof_none", status=t(f"verify.status.{proof['status']}"))]
    name = report["name"]
    value = {"tonnes_per_krona": report["tonnes_per_krona"], "most_tonnes": report["tonnes"], "least_cost": report["kronor"]}[name]
    shown = {"bound": _value(name, report["bound"], t), "value": _value(name, value, t)}
    if proof["status"] == "proven_best":
        lines = [t("verify.proof_proven", **shown)]
    else:
        more = {"tonnes": tonnes(Decimal(report["gap_tonnes"]), t.lang), "kronor": kronor(int(report["gap_kronor"]), t.lang)}
        lines = [t("verify.proof_not_proven", **shown, **more)]
    lines.append(t("verify.software", **{key: clean(str(value)) for key, value in proof["software"].items()}))
    return [*lines, t("verify.try_second")] if proof["status"] == "proven_best" and not tried else lines


def _value(name: str, value: Any, t: Text) -> str:
    if value is None:
        return t("verify.unknown_bound")
    return t(f"verify.value_{name}", value=in_full(Decimal(value) * 1_000_000 if name == "tonnes_per_krona" else Decimal(value), t))


def in_full(value: Decimal | int, text: Text) -> str:
    """A number with the decimals that it has, six at most."""
    exponent = Decimal(value).normalize().as_tuple().exponent
    return number(value, min(6, max(0, -exponent)) if isinstance(exponent, int) else 0, text.lang)


def to_json(found: Verification, text: Text, second: Any = None) -> str:
    """The same for machines: every difference with what it is, file and place, and its sentence."""

    def lines(some: Iterable[Difference], group: str) -> list[dict[str, str]]:
        return [{**asdict(line), "message": sentence(line, group, text)} for line in some]

    made = {
        "status": status(found),
        "differences": lines(found.differences, "verify.difference"),
        "unchecked": lines(found.unchecked, "verify.unchecked"),
        "notes": lines(found.notes, "verify.note"),
        "counted": {name: getattr(found, name) for name in ("files", "inputs", "limits", "figures", "cells", "leaves")},
        "proof": found.proof,
        "manifest_sha256": found.fingerprint,
        "second_solver": second,
    }
    return json.dumps(made, ensure_ascii=False, indent=2, sort_keys=True, default=_plain) + "\n"


def _plain(value: object) -> int | str:
    """A decimal of run.json, with all its digits."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    raise TypeError(type(value).__name__)
