"""A run as pandas tables, for analyses of one's own. Kronor are integers, tonnes exact decimals; names are those of `run.json`.

from portfolio.frames import decisions
decisions(run).groupby("owner")["outlay"].sum()
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from portfolio.outcome import Decision, Run
from portfolio.records import Frozen

KR: Final = "kr"
T: Final = "t"
YEAR: Final = "year"
TEXT: Final = "text"
UNITS: Final[dict[str, dict[str, str]]] = {
    "decisions": {
        **dict.fromkeys(("id", "name", "owner", "layer", "bond_category", "reason"), TEXT),
        "start": YEAR,
        "percent": "%",
        "operating": "kr a year",
        **dict.fromkeys(("tonnes_objective", "tonnes_target_year"), T),
        **dict.fromkeys(("outlay", "grants", "partners"), KR),
    },
    "outlays": {"id": TEXT, "every year": KR},
    "years": {
        "year": YEAR,
        **dict.fromkeys(("frame", "frame_available", "outlay_plan", "outlay_gap", "grants", "partners", "operating"), KR),
        **dict.fromkeys(("other_net_investment", "self_financing", "interest", "net_debt", "mandate"), KR),
        **dict.fromkeys(("emissions", "removals"), T),
    },
    "emissions": {
        "year": YEAR,
        **dict.fromkeys(("reference", "reductions", "external_reductions", "emissions", "removals"), T),
    },
    "debt": {
        "year": YEAR,
        **dict.fromkeys(("opening", "outlay_plan", "outlay_gap", "grants", "partners", "operating", "other_net_investment"), KR),
        **dict.fromkeys(("self_financing", "interest", "closing", "mandate", "headroom", "borrowable"), KR),
    },
    "charges": {
        "owner": TEXT,
        "year": YEAR,
        **dict.fromkeys(("depreciation", "release", "internal_rate", "expensed", "operating", "total", "limit"), KR),
    },
    "uses": {"id": TEXT, "year": YEAR, "source": TEXT, "kronor": KR},
    "allocations": {"issue": TEXT, "id": TEXT, "outlay_year": YEAR, "year": YEAR, "kind": TEXT, "kronor": KR},
    "checks": {
        **dict.fromkeys(("constraint", "subject", "relation", "unit"), TEXT),
        "year": YEAR,
        **dict.fromkeys(("left", "right", "slack"), "as `unit` says"),
        "holds": "true or false",
    },
}
"""Every table, its index first, with the unit of each column; `docs/frames.md` is written from it."""


def decisions(run: Run) -> pd.DataFrame:
    """One row an investment, by id: layer, start, per cent, outlay, grants, partners (kr, all years), tonnes (t), bond, reason."""
    plain = ("name", "owner", "layer", "start", "percent", "operating", "tonnes_objective", "tonnes_target_year", "bond_category")
    rows = [
        {
            "id": d.id,
            **{name: getattr(d, name) for name in plain},
            "outlay": d.total_outlay,
            "grants": sum(d.grant.values()),
            "partners": sum(d.partner.values()),
            "reason": d.reason,
        }
        for d in run.decisions
    ]
    frame = pd.DataFrame(rows).set_index("id") if rows else pd.DataFrame()
    # a start that is missing must not turn the years into decimals
    return frame.astype({"start": "Int64"}) if rows else frame


def outlays(run: Run) -> pd.DataFrame:
    """Gross outlay (kr) by investment and year; years without outlay are 0."""
    return _by_year([(d, d.outlay) for d in run.decisions]).astype("int64")


def _by_year(rows: Sequence[tuple[Decision, dict[int, int]]]) -> pd.DataFrame:
    frame = pd.DataFrame({d.id: pd.Series(by_year, dtype="Int64") for d, by_year in rows}).T
    return frame.reindex(columns=sorted(frame.columns)).fillna(0)


def years(run: Run) -> pd.DataFrame:
    """One row a plan year: frame, outlays by layer, grants, net debt, mandate (kr), emissions (t)."""
    return _lines(run.years).set_index("year")


def emissions(run: Run) -> pd.DataFrame:
    """One row an effect year: reference path, reductions by the city and by others, what is left, removals (t); empty without emissions."""
    return _lines(run.emissions).set_index("year") if run.emissions else pd.DataFrame()


def debt(run: Run) -> pd.DataFrame:
    """One row a plan year: the group's debt path (kr); empty without a debt table."""
    return _lines(run.debt.group).set_index("year") if run.debt is not None else pd.DataFrame()


def charges(run: Run) -> pd.DataFrame:
    """One row an owner and year: parts and sum of the operating charge (kr); empty without an internal rate."""
    owners = run.charges.owners if run.charges is not None else ()
    rows = [{"owner": o.owner, **line.model_dump()} for o in owners for line in o.lines]
    return pd.DataFrame(rows).set_index(["owner", "year"]) if rows else pd.DataFrame()


def uses(run: Run) -> pd.DataFrame:
    """One row an investment, year and source: kronor that the source pays; empty without a funding table."""
    return _lines(run.funding.uses if run.funding is not None else ())


def allocations(run: Run) -> pd.DataFrame:
    """One row an allocation: issue, investment, year of the outlay, year, kind, kronor; empty without bonds."""
    return _lines(run.bonds.allocations if run.bonds is not None else ())


def checks(run: Run) -> pd.DataFrame:
    """One row a check of the audit: constraint, subject, year, left, right, slack, unit, holds."""
    return _lines(run.audit.checks if run.audit is not None else ())


def _lines(lines: Sequence[Frozen]) -> pd.DataFrame:
    return pd.DataFrame([line.model_dump() for line in lines])
