"""`run.json`: the run as stable JSON, and its schema, both from the types in `outcome.py`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from portfolio.errors import Finding
from portfolio.outcome import Run
from portfolio.reports.findings import finding_line
from portfolio.text import Text


def to_json(run: Run) -> str:
    """The run as JSON: maps sorted by key, two spaces, UTF-8 as it is, a final line break."""
    return dump(run.model_dump(mode="json"))


def schema() -> dict[str, Any]:
    """JSON schema of `run.json` (docs/run.schema.json is this, written out)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Run.model_json_schema(mode="serialization")}


def findings_json(findings: Sequence[Finding], text: Text) -> str:
    """Findings alone, for `check --json` and for input that cannot be used."""
    lines = [finding_line(f, text) for f in findings]
    bad = any(line.severity == "error" for line in lines)
    status = "input_error" if bad else "input_ok"
    return dump({"status": status, "findings": [line.model_dump(mode="json") for line in lines]})


def error_json(message: str) -> str:
    """A fault in one sentence."""
    return dump({"status": "error", "message": message})


def dump(value: dict[str, Any]) -> str:
    """A map as stable JSON: sorted by key, two spaces, UTF-8 as it is, a final line break."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
