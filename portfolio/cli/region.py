"""Several cities that share a pool of grants."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from portfolio.cli.face import EXIT_DONE, EXIT_INFEASIBLE, EXIT_INTERRUPTED, EXIT_STOPPED, Face
from portfolio.cli.reading import read, workbooks_in
from portfolio.cli.writing import created, write
from portfolio.ctrl_c import in_one_piece, instead_of_interrupt
from portfolio.errors import Finding, InfeasiblePlan, InputError, SolveStopped, finding

if TYPE_CHECKING:
    from portfolio.region import Member, Region

BOOK = "region.xlsx"
"""Name of the workbook."""


def run_region(options: argparse.Namespace, face: Face) -> int:
    """The most tonnes of all cities of a region within the pool that they share."""
    with in_one_piece():
        from portfolio.analysis.region.account import account
        from portfolio.analysis.region.find import POOL, find
        from portfolio.many import Crew
        from portfolio.region_load import load_region
        from portfolio.reports import region as shown
        from portfolio.solve import Clock

    region = load_region(options.region)
    members = _members(region, options.region)
    pool = region.pool.total.value
    clock = Clock(options.time_limit)
    try:
        with instead_of_interrupt(clock.interrupt), face.progress(face.text("region.working")) as progress:
            found = find(members, pool, Crew(options.workers, options.cluster), clock, progress)
    except InfeasiblePlan as lacking:
        if POOL in lacking.demands:
            face.error(face.text("region.pool_too_small"))
        else:
            face.error(face.text("region.no_plan", cities=", ".join(lacking.demands)))
        return EXIT_INFEASIBLE
    except SolveStopped:
        face.error(face.text("cli.nothing_in_time"))
        return EXIT_INTERRUPTED if clock.interrupted else EXIT_STOPPED
    plan = account(region.title, members, pool, found)
    if face.json:
        print(shown.to_json(plan), end="")
    else:
        shown.render(plan, face.shown, face.out)
    if options.out is not None:
        inputs = [options.region, *(Path(i.file) for member in members for i in member.portfolio.inputs)]
        place = write(options.out, created(), {BOOK: shown.workbook(plan, face.text)}, inputs, face)
        face.remark(face.text("cli.written", files=(place / BOOK).as_posix()))
    return EXIT_INTERRUPTED if clock.interrupted else EXIT_STOPPED if plan.stopped else EXIT_DONE


def _members(region: Region, file: Path) -> list[Member]:
    """Every city with its model and workbooks; the faults of all of them at once."""
    from portfolio.region import member_of

    members: list[Member] = []
    faults: list[Finding] = []
    for city in region.cities:
        asked = argparse.Namespace(model=file.parent / city.model, scenarios=[_scenario(file, name) for name in city.scenarios])
        try:
            asked.workbooks = [book for name in city.workbooks for book in workbooks_in(file.parent / name)]
            inputs = read(asked)
        except InputError as fault:
            faults += fault.findings
            continue
        members.append(member_of(city.name, inputs.portfolio, inputs.planning, region.pool))
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    first = members[0].planning.horizon
    for member in members[1:]:
        horizon = member.planning.horizon
        if horizon.effect_years != first.effect_years:
            years = horizon.effect_years
            where = (file.as_posix(), "cities", member.name)
            faults.append(finding("region_years", *where, city=members[0].name, first=years[0], last=years[-1]))
    if faults:
        raise InputError(faults)
    return members


def _scenario(file: Path, name: str) -> str:
    """A scenario's name, or its path beside the region file."""
    return str(file.parent / name) if name.endswith(".toml") else name
