"""The first sheet: what is allocated and what it gives, in sentences and in two small tables."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.excel.decision_workbook import Block, Sheet
from portfolio.outcome import Layer
from portfolio.reports.bond_report.parts import EFFECTS, Parts, illustrative, tonnes_of
from portfolio.reports.figures import mnkr, moment, tonnes
from portfolio.reports.findings import clean


def summary(p: Parts) -> Sheet:
    """Sentences, the proceeds, the impact."""
    b = p.bonds
    money = {
        "eligible": b.eligible,
        "opening": b.pool[0].opening,
        "issued": b.issued,
        "allocated": b.allocated,
        "refinanced": b.refinanced,
        "closing": b.pool[-1].closing,
    }
    rows = tuple((p.t(f"bond_report.money.{name}"), kr) for name, kr in money.items())
    funds = Block("Medel", p.t("bond_report.summary.funds"), (p.column("what", "text", 58), p.column("kronor", width=20)), rows)
    effects = tuple((p.t(f"bond_report.effect.{n}"), tonnes_of(b.impact, n), tonnes_of(b.impact, f"financed_{n}")) for n in EFFECTS)
    columns = (p.column("effect", "text", 58), p.column("whole", "t", 20), p.column("financed", "t", 26))
    impact = Block("Effekt", p.t("bond_report.summary.effects", year=b.impact_year), columns, effects)
    return p.sheet("summary", funds, impact, lines=_lines(p))


def _lines(p: Parts) -> Iterator[str]:
    source = clean(str(p.model["framework"]["source"]))
    yield p.t("bond_report.summary.framework", framework=clean(p.bonds.framework), source=source)
    yield _eligible(p)
    yield from _allocated(p)
    yield p.overdue()
    yield from _impact(p)
    if p.bonds.linked:
        yield p.exposure()
    elif p.bonds.linked_outstanding:
        yield p.t("bond_report.summary.linked_without_targets", nominal=mnkr(p.bonds.linked_outstanding, p.lang))
    yield p.t("bond_report.summary.ex_ante")
    if illustrative(p.model):
        yield p.t("bond_report.summary.illustrative", mark=p.t("workbook.assumptions.illustrative"))
    yield p.t(f"money.status.{p.run.status.value}")
    if p.run.scenarios:
        yield p.t("workbook.summary.scenarios", names=", ".join(clean(s) for s in p.run.scenarios))
    software = p.run.software
    yield p.t("workbook.summary.created", created=moment(p.run.created), version=software.portfolio, highs=software.highs)


def _eligible(p: Parts) -> str:
    """How much of the net outlay can be financed; the net outlay itself is known when it is said who pays it."""
    eligible = mnkr(p.bonds.eligible, p.lang)
    if p.run.funding is None:
        return p.t("bond_report.summary.eligible", eligible=eligible)
    net = sum(s.kronor for s in p.run.funding.sources if s.kind not in ("grant", "partner"))
    return p.t("bond_report.summary.eligible_of", eligible=eligible, net=mnkr(net, p.lang))


def _allocated(p: Parts) -> Iterator[str]:
    b = p.bonds
    if p.run.funding is None:
        yield p.t("money.bonds.no_funding")
        return
    amounts = {"allocated": b.allocated, "refinanced": b.refinanced, "closing": b.pool[-1].closing}
    years = {"first": b.pool[0].year, "last": b.pool[-1].year}
    yield p.t("bond_report.summary.allocated", **years, **{n: mnkr(kr, p.lang) for n, kr in amounts.items()})
    gap = sum(t.allocated + t.refinanced for t in b.tags if p.decisions[t.id].layer is Layer.GAP)
    if gap:
        yield p.t("bond_report.summary.gap", mnkr=mnkr(gap, p.lang))


def _impact(p: Parts) -> Iterator[str]:
    values = {n: tonnes(tonnes_of(p.bonds.impact, f"financed_{n}"), p.lang) for n in EFFECTS}
    yield p.t("bond_report.summary.impact", year=p.bonds.impact_year, **values)
    factors = p.model.get("factors")
    if factors:
        yield p.t("bond_report.summary.factors", **{k: clean(str(factors[k])) for k in ("name", "version", "source")})
    else:
        yield p.t("bond_report.summary.no_factors")
