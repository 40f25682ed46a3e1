"""Every published instance is reproduced exactly, through the same formulation, proven, audited."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portfolio.analysis.optimise import Request, optimise
from portfolio.outcome import SolveStatus, Verdict
from published import as_question

INSTANCES = json.loads((Path(__file__).parent / "published.json").read_text("utf-8"))


SLOW = ("SENTO1", "LOGOS_p16", "WEING7", "PB2")
"""Instances that take half a second or more: among the long tests."""


@pytest.mark.parametrize("instance", [pytest.param(i, id=i["name"], marks=[pytest.mark.long] * (i["name"] in SLOW)) for i in INSTANCES])
def test_published_optimum(instance: dict[str, Any]) -> None:
    run = optimise(*as_question(instance), Request(time_limit=60))
    assert run.status is SolveStatus.PROVEN_BEST
    assert run.totals is not None
    assert run.audit is not None
    assert run.audit.verdict is Verdict.HOLDS
    published = Decimal(str(instance["optimum"])).quantize(Decimal("0.001"))
    assert abs(run.totals.tonnes - published) <= Decimal(str(instance["tolerance"]))
