"""Who pays for what, and the bond ledger, checked entry by entry (docs/method.md, Funding, Bonds, Bond ledger)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from portfolio.verify.figures import Figures
from portfolio.verify.funds import before, may_pay, money_of
from portfolio.verify.record import Started, by_year
from portfolio.verify.result import RUN, TICKS, Exact, Raw, exact

GRANTS = ("granted", "applied", "possible")


def funding(figures: Figures, said: Raw | None) -> None:
    """Every outlay is paid in full, once, by sources that may pay for it and have the money."""
    plan, model = figures.plan, figures.basis.model
    table = model.get("funding")
    figures.figure("funding", None if said is None else "", "" if table else None)
    if not said or not table:
        return
    uses: dict[tuple[str, int, str], int] = {}
    for use in said["uses"]:
        key = (use["id"], use["year"], use["source"])
        at = f"funding.uses.{use['id']} {use['year']} {use['source']}"
        if key in uses or use["kronor"] <= 0 or use["id"] not in plan.started or use["year"] not in figures.basis.years:
            figures.found.differ("use", RUN, at, use["kronor"])
        uses[key] = uses.get(key, 0) + use["kronor"]
    for i, x in plan.started.items():
        for t in figures.basis.years:
            _paid(figures, x, t, {source: kr for (j, year, source), kr in uses.items() if (j, year) == (i, t)})
    figures.figure("funding.kronor", said["kronor"], sum(uses.values()))
    _sources(figures, said["sources"], uses)


def _paid(figures: Figures, x: Started, t: int, paid: dict[str, int]) -> None:
    r, sources = x.record, figures.basis.model["funding"]["sources"]
    at = f"funding.uses.{r.id} {t}"
    given: dict[str, Exact] = {name: x.of(r.entitled, t) if r.row["grant_status"] == name else 0 for name in GRANTS}
    given["partner"] = x.of(r.partner, t)
    for name, kr in given.items():
        figures.figure(f"{at} {name}", paid.pop(name, 0), kr)
    figures.figure(at, sum(paid.values()), x.of(r.net, t))
    for name, kr in paid.items():
        if name not in sources or not may_pay(x, sources[name]):
            figures.found.differ("use", RUN, f"{at} {name}", kr)
    by_bonds = sum(kr for name, kr in paid.items() if name in sources and sources[name]["kind"] == "bond")
    if by_bonds > x.eligible(t):
        figures.found.differ("above", RUN, f"{at} bond", by_bonds, x.eligible(t))


def _sources(figures: Figures, said: Sequence[Raw], uses: Mapping[tuple[str, int, str], int]) -> None:
    table = figures.basis.model["funding"]["sources"]
    own = sorted(table, key=lambda name: (Fraction(str(table[name]["price"]["value"])), name))
    figures.figure("funding.sources", ", ".join(line["source"] for line in said), ", ".join((*GRANTS, "partner", *own)))
    used: Counter[tuple[str, int]] = Counter()
    for (_, t, source), kr in uses.items():
        used[source, t] += kr
    for line in said:
        name, at = line["source"], f"funding.sources.{line['source']}"
        stated = table.get(name)
        kind = stated["kind"] if stated else "partner" if name == "partner" else "grant"
        figures.figure(f"{at}.kind", line["kind"], kind)
        figures.figure(f"{at}.price", line["price"], Fraction(str(stated["price"]["value"])) if stated else None)
        figures.figure(f"{at}.kronor", line["kronor"], sum(used[name, t] for t in figures.basis.years))
        money, moves = money_of(figures.basis, stated) if stated else (None, False)
        carried = 0
        figures.figure(f"{at}.years", ", ".join(str(y["year"]) for y in line["years"]), ", ".join(map(str, figures.basis.years)))
        for y in line["years"]:
            t = y["year"]
            available = money.get(t, 0) + carried if money is not None else None
            left = available - used[name, t] if available is not None else None
            carried = left if left is not None and moves else 0
            for key, value in (("available", available), ("used", used[name, t]), ("left", left)):
                figures.figure(f"{at}.{t}.{key}", y[key], value)
            if left is not None and left < 0:
                figures.found.differ("limit", RUN, f"{at}.{t}", used[name, t], f"≤ {available}")


def bonds(figures: Figures, said: Raw | None, paid: Raw | None) -> None:
    """The ledger: every krona of an issue at most once, every krona of an outlay at most once; what can be financed, and its effect."""
    table = figures.basis.model.get("bonds")
    figures.figure("bonds", None if said is None else "", "" if table else None)
    if not said or not table:
        return
    figures.figure("bonds.framework", said["framework"], table["framework"]["title"])
    figures.figure("bonds.impact_year", said["impact_year"], figures.basis.target_year)
    by: dict[str, Counter[str]] = {"new": Counter(), "refinancing": Counter()}
    for a in said["allocations"]:
        by[a["kind"]][a["id"]] += a["kronor"]
    _allocations(figures, said["allocations"], paid)
    _pool(figures, said)
    _tags(figures, said, by)
    _impact(figures, said["impact"], by)
    for view, line in zip(table["views"], said["views"], strict=False):
        _view(figures, view, line)
    figures.figure("bonds.views", ", ".join(v["framework"] for v in said["views"]), ", ".join(v["name"] for v in table["views"]))
    _linked(figures, said)


def _allocations(figures: Figures, allocations: Sequence[Raw], paid: Raw | None) -> None:
    """New financing is what the bond source pays; both kinds together never more than is eligible."""
    sources = figures.basis.model.get("funding", {}).get("sources", {})
    bonds_pay: Counter[tuple[str, int]] = Counter()
    loans_pay: Counter[tuple[str, int]] = Counter()
    for use in paid["uses"] if paid else ():
        kind = sources.get(use["source"], {}).get("kind")
        if kind == "bond":
            bonds_pay[use["id"], use["year"]] += use["kronor"]
        elif kind == "loan":
            loans_pay[use["id"], use["year"]] += use["kronor"]
    made: dict[str, Counter[tuple[str, int]]] = {"new": Counter(), "refinancing": Counter()}
    for n, a in enumerate(allocations):
        made[a["kind"]][a["id"], a["outlay_year"]] += a["kronor"]
        at = f"bonds.allocations.{n + 1} {a['id']} {a['outlay_year']}"
        in_time = a["year"] == a["outlay_year"] if a["kind"] == "new" else a["year"] > a["outlay_year"]
        if a["kronor"] <= 0 or a["id"] not in figures.plan.started or not in_time:
            figures.found.differ("use", RUN, at, a["kronor"])
    for key in sorted({*bonds_pay, *made["new"]}):
        figures.figure(f"bonds.allocations.new {key[0]} {key[1]}", made["new"][key], bonds_pay[key])
    for key, kr in sorted(made["refinancing"].items()):
        x = figures.plan.started.get(key[0])
        most = min(loans_pay[key], x.eligible(key[1]) - made["new"][key]) if x is not None else 0
        if kr > most:
            figures.found.differ("above", RUN, f"bonds.allocations.refinancing {key[0]} {key[1]}", kr, most)


def _deadline(figures: Figures, year: int) -> int | None:
    months = figures.basis.model["bonds"]["framework"].get("allocation_months")
    return year + ceil(Fraction(months["value"], 12)) if months else None


def _pool(figures: Figures, said: Raw) -> None:
    """Issues and the pool of unallocated proceeds, from the allocations."""
    table, years = figures.basis.model["bonds"], figures.basis.years
    outstanding = {i["name"]: i for i in table["issues"] if i["kind"] == "use_of_proceeds"}
    new = by_year(table["new_issues"]) if table.get("new_issues") else None
    issues = {line["name"]: line for line in said["issues"]}
    names = [*sorted(outstanding, key=lambda n: (outstanding[n]["year"]["value"], n))]
    names += [str(t) for t in years if (new[t] if new is not None else str(t) in issues)]
    figures.figure("bonds.issues", ", ".join(line["name"] for line in said["issues"]), ", ".join(names))
    taken: Counter[str] = Counter()
    for a in said["allocations"]:
        taken[a["issue"]] += a["kronor"]
    figures.figure("bonds.allocations", ", ".join(sorted(set(taken) - set(names))), "")
    for name, line in issues.items():
        at, issue = f"bonds.issues.{name}", outstanding.get(name)
        year = issue["year"]["value"] if issue else int(name) if name.isdigit() else None
        amount = issue["amount"]["value"] if issue else new[year] if new is not None and year in new else line["amount"]
        was = before(issue) if issue else 0
        own = {"year": year, "amount": amount, "allocated_before": was, "allocated": taken[name], "unallocated": amount - was - taken[name]}
        for key, value in own.items():
            figures.figure(f"{at}.{key}", line[key], value)
        figures.figure(f"{at}.deadline", line["deadline"], _deadline(figures, line["year"]))
        if taken[name] > amount - was:
            figures.found.differ("above", RUN, at, taken[name], amount - was)
    opening = sum(i["amount"]["value"] - before(i) for i in outstanding.values())
    for line in said["pool"]:
        t, at = line["year"], f"bonds.pool.{line['year']}"
        issued = sum(x["amount"] for x in issues.values() if x["name"] not in outstanding and x["year"] == t)
        kinds = {k: sum(a["kronor"] for a in said["allocations"] if (a["year"], a["kind"]) == (t, k)) for k in ("new", "refinancing")}
        closing = opening + issued - kinds["new"] - kinds["refinancing"]
        overdue = 0
        for name, x in issues.items():
            due = _deadline(figures, x["year"])
            if due is not None and due <= t and x["year"] <= t:
                gone = sum(a["kronor"] for a in said["allocations"] if a["issue"] == name and a["year"] <= t)
                overdue += x["amount"] - x["allocated_before"] - gone
        own = {"opening": opening, "issued": issued, "allocated": kinds["new"], "refinanced": kinds["refinancing"], "closing": closing}
        for key, value in {**own, "overdue": overdue}.items():
            figures.figure(f"{at}.{key}", line[key], value)
        if closing < 0:
            figures.found.differ("limit", RUN, f"{at}.closing", closing, "≥ 0")
        opening = closing
    figures.figure("bonds.pool", ", ".join(str(y["year"]) for y in said["pool"]), ", ".join(map(str, years)))
    for name in ("issued", "allocated", "refinanced"):
        figures.figure(f"bonds.{name}", said[name], sum(y[name] for y in said["pool"]))


def _tags(figures: Figures, said: Raw, by: Mapping[str, Counter[str]]) -> None:
    plan, city = figures.plan, [r for _, r in sorted(figures.basis.records.items()) if r.city]
    figures.figure("bonds.tags", ", ".join(t["id"] for t in said["tags"]), ", ".join(r.id for r in city))
    everything: Exact = 0
    for r, tag in zip(city, said["tags"], strict=False):
        x = plan.started.get(r.id)
        eligible: Exact = sum(x.eligible(t) for t in figures.basis.years) if x is not None else 0
        everything += eligible
        at, row = f"bonds.tags.{r.id}", r.row
        for key in ("taxonomy", "reason", "category"):
            figures.figure(
                f"{at}.{key}", tag[key], {"taxonomy": row["taxonomy"], "reason": r.refused, "category": row["bond_category"]}[key]
            )
        figures.figure(f"{at}.share", tag["share"], exact(row["eligible_share"]))
        figures.figure(f"{at}.eligible", tag["eligible"], eligible)
        figures.figure(f"{at}.allocated", tag["allocated"], by["new"][r.id])
        figures.figure(f"{at}.refinanced", tag["refinanced"], by["refinancing"][r.id])
    figures.figure("bonds.eligible", said["eligible"], everything)


def _impact(figures: Figures, lines: Sequence[Raw], by: Mapping[str, Counter[str]]) -> None:
    plan, year = figures.plan, figures.basis.target_year
    decided = {x["id"]: x for x in plan.decisions}
    figures.figure("bonds.impact", ", ".join(x["id"] for x in lines), ", ".join(plan.started))
    for line in lines:
        i, at = line["id"], f"bonds.impact.{line['id']}"
        x = plan.started.get(i)
        if x is None:
            continue
        row, gross = x.record.row, x.part(sum(x.record.outlay))
        financed = by["new"][i] + by["refinancing"][i]
        reduced = exact(decided[i]["tonnes_target_year"]) or Fraction(0)
        removed = (exact(decided[i]["tonnes"].get(str(year), 0)) or Fraction(0)) - reduced
        inside = Fraction(str(row["tonnes"])) if row["counts_to_target"] and row["scope"] != "3" else Fraction(0)
        step = x.record.step(x.start, year)
        ramp = x.record.ramp[step] if step is not None else Fraction(0)
        factor = Fraction(str(x.record.change.get("tonnes_factor", 1)))
        avoided = round(max(Fraction(0), Fraction(str(row["bond_tonnes"])) - inside) * factor * ramp * 1000) * x.percent
        effects = {"reduced": reduced * TICKS, "removed": removed * TICKS, "avoided": Fraction(avoided)}
        part = Fraction(financed) / Fraction(gross) if gross else Fraction(0)
        figures.figure(f"{at}.category", line["category"], row["bond_category"])
        figures.figure(f"{at}.gross", line["gross"], gross)
        figures.figure(f"{at}.financed", line["financed"], financed)
        figures.figure(f"{at}.share", line["share"], Fraction(floor(part * 10**6), 10**6))
        for name, ticks in effects.items():
            figures.figure(f"{at}.{name}", line[name], ticks, TICKS)
            figures.figure(f"{at}.financed_{name}", line[f"financed_{name}"], floor(part * ticks), TICKS)
        per = Fraction(round(sum(effects.values()) * 10_000 / Fraction(gross)), 1000) if gross else None
        figures.figure(f"{at}.tonnes_per_mnkr", line["tonnes_per_mnkr"], per)


def _view(figures: Figures, view: Raw, line: Raw) -> None:
    full: Exact = 0
    flexible: Exact = 0
    net: Exact = 0
    for x in figures.plan.started.values():
        met = sum(x.of(x.record.meets, t) for t in figures.basis.years)
        net += sum(x.of(x.record.net, t) for t in figures.basis.years)
        refusal = x.record.refusal(view)
        if not refusal:
            full += met
        elif refusal == "taxonomy" and view.get("pocket") and x.record.row["taxonomy"] in view["pocket"]["taxonomy"]:
            flexible += met
    if view.get("pocket") and (share := Fraction(str(view["pocket"]["share"]["value"]))) < 1:
        flexible = min(flexible, floor(full * share / (1 - share)))
    at = f"bonds.views.{view['name']}"
    own: dict[str, Exact | str] = {"framework": view["name"], "title": view["title"], "full": full, "pocket": flexible}
    for key, value in {**own, "refused": net - full - flexible}.items():
        figures.figure(f"{at}.{key}", line[key], value)


def _linked(figures: Figures, said: Raw) -> None:
    table, tonnes = figures.basis.model["bonds"], figures.plan.tonnes
    issues = [i for i in table["issues"] if i["kind"] == "sustainability_linked"]
    targets = table["linked_targets"]["values"] if table.get("linked_targets") and issues else {}
    years = [t for t in figures.basis.effect_years if str(t) in targets and tonnes.emissions(t) is not None]

    def outstanding(t: int) -> list[Raw]:
        return [i for i in issues if i["year"]["value"] <= t <= (i["matures"]["value"] if i.get("matures") else t)]

    figures.figure("bonds.linked", ", ".join(str(y["year"]) for y in said["linked"]), ", ".join(map(str, years)))
    for t, line in zip(years, said["linked"], strict=False):
        at, target, emissions = f"bonds.linked.{t}", Fraction(str(targets[str(t)])) * TICKS, tonnes.emissions(t) or Fraction(0)
        above = max(Fraction(0), emissions - target)
        due = outstanding(t)
        costs = sum(round(Fraction(str(i["penalty"]["value"])) * i["amount"]["value"]) for i in due if i.get("penalty"))
        for key, ticks in (("emissions", emissions), ("target", target), ("missed_by", above)):
            figures.figure(f"{at}.{key}", line[key], ticks, TICKS)
        figures.figure(f"{at}.nominal", line["nominal"], sum(i["amount"]["value"] for i in due))
        figures.figure(f"{at}.exposure", line["exposure"], costs if above else 0)
    figures.figure("bonds.exposure", said["exposure"], sum(y["exposure"] for y in said["linked"]))
    now = sum(i["amount"]["value"] for i in outstanding(figures.basis.years[0]))
    figures.figure("bonds.linked_outstanding", said["linked_outstanding"], now)
