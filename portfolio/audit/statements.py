"""The audit of the money statements: every figure of every statement recounted from the decisions (docs/method.md, from Debt path on).

Who pays for what can be answered in several ways that are equally good, so the uses of the funding statement are checked one by one;
everything else has one answer, and is compared leaf by leaf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portfolio.audit.bond_statement import bond_statement
from portfolio.audit.charge_statement import charge_statement
from portfolio.audit.counted import Counted, counted
from portfolio.audit.debt_statement import debt_statement
from portfolio.audit.funding_statement import check_funding_statement
from portfolio.audit.gap_statement import gap_statement
from portfolio.audit.recount import Recount, Recounted
from portfolio.audit.sheet import Sheet
from portfolio.outcome import Decision, GapLadder
from portfolio.records import Frozen
from portfolio.statements import BondStatement, ChargeStatement, DebtStatement, FundingStatement

STATEMENTS = ("statement_debt", "statement_charges", "statement_funding", "statement_bonds", "statement_gap")
"""Names of the checks, one for each statement; `constraint.<name>` in the catalogue."""


@dataclass(frozen=True)
class Statements:
    """The statements of a plan, and the decisions of the plans that they compare it with.

    Attributes:
        most: the plan with the most tonnes, where it was asked for.
        inside: the plan inside the frame with the most tonnes.
        unbound: the plan without the mandate, when both it and the plan are proven best.
    """

    debt: DebtStatement | None
    charges: ChargeStatement | None
    funding: FundingStatement | None
    bonds: BondStatement | None
    gap: GapLadder | None
    most: Sequence[Decision] | None = None
    inside: Sequence[Decision] | None = None
    unbound: Sequence[Decision] | None = None


def check_statements(sheet: Sheet, c: Counted, decisions: Mapping[str, Decision], said: Statements) -> None:
    """Write what differs, and one row for each statement that agrees.

    Args:
        c: the plan that the statements are about.
        decisions: by id; only their attributed tonnes are used, which other checks hold to the portfolio's.
    """
    funding = Recount(sheet, "statement_funding")
    check_funding_statement(funding, c, said.funding)
    funding.tally.close()
    most, inside, unbound = (_other(c, plan) for plan in (said.most, said.inside, said.unbound))
    _compare(sheet, "statement_debt", said.debt, debt_statement(c, unbound))
    _compare(sheet, "statement_charges", said.charges, charge_statement(c))
    _compare(sheet, "statement_bonds", said.bonds, bond_statement(c, decisions, said.funding))
    _compare(sheet, "statement_gap", said.gap, gap_statement(c, most, inside, said.funding))


def _other(c: Counted, decisions: Sequence[Decision] | None) -> Counted | None:
    return counted(c.portfolio, c.planning, c.facts, decisions) if decisions is not None else None


def _compare(sheet: Sheet, name: str, stated: Frozen | None, own: Recounted) -> None:
    recount = Recount(sheet, name)
    recount.compare(name.removeprefix("statement_"), stated.model_dump() if stated is not None else None, own)
    recount.tally.close()
