"""Decisions changed in the decision workbook: LibreOffice, calculating from scratch, shows what accounts and audit make of them, and the
limit that they break lights up."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from live_oracle import Shown, check, instance_of, picks_of, typed
from portfolio.analysis.optimise import Request, optimise
from portfolio.evaluate import Pick
from portfolio.instance import Instance
from portfolio.outcome import Run
from portfolio.text import Text
from random_questions import question
from sample_run import sample_run
from test_audit_random import random_question
from test_oracle_libreoffice import ALWAYS_RECALCULATE

SV = Text("sv")


def calculated(soffice: str, books: Sequence[bytes], folder: Path) -> list[Shown]:
    """The workbooks as LibreOffice calculates them, all in one go."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, "utf-8")
    paths = [folder / f"{n}.xlsx" for n in range(len(books))]
    for path, content in zip(paths, books, strict=True):
        path.write_bytes(content)
    command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    subprocess.run([*command, *map(str, paths)], check=True, timeout=3000, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return [Shown(folder / "out" / path.name) for path in paths]


def flips(d: Instance, picks: Mapping[str, Pick], r: random.Random) -> dict[str, Pick]:
    """Some decisions changed: in or out, another layer, start or share, whatever the limits say."""
    changed = dict(picks)
    for i in r.sample(d.city, min(len(d.city), r.randint(1, 4))):
        if not d.starts[i] or (i in changed and r.random() < 0.4):
            changed.pop(i, None)
            continue
        least = d.investments[i].minimum_share
        percent = r.randint(least, 100) if least else 100
        changed[i] = Pick(r.choice(d.starts[i]), r.choice(["plan", "gap"]), percent)
    return changed


def sample_flips(run: Run) -> list[dict[str, Pick]]:
    """The plan itself; the capture plant out, later, in the gap; a road in without what it needs; everything at once."""
    d, picks = instance_of(run), picks_of(run)
    plant = picks["W-01"]
    without = {i: p for i, p in picks.items() if i != "W-01"}
    everything = {i: Pick(d.starts[i][0], "plan") for i in d.city if d.starts[i]}
    return [
        picks,
        without,
        {**picks, "W-01": plant._replace(start=plant.start + 1)},
        {**picks, "W-01": plant._replace(layer="gap")},
        {i: p for i, p in picks.items() if i != "M-01"},
        everything,
    ]


@pytest.mark.parametrize("every", [pytest.param(False, marks=pytest.mark.long), pytest.param(True, marks=pytest.mark.soak)])
def test_a_decision_changed_in_the_sample_shows_its_effect(every: bool, soffice: str, tmp_path: Path) -> None:
    """What somebody needs taken out, and everything in from its first year on; and four more."""
    run = sample_run()
    plans = sample_flips(run) if every else sample_flips(run)[4:]
    shown = calculated(soffice, typed(run, plans), tmp_path)
    compared = [check(run, plan, book) for plan, book in zip(plans, shown, strict=True)]
    assert min(compared) > 400
    # the road without what it needs: words instead of a year, and a broken limit
    sides = tuple(SV(f"workbook.column.{name}") for name in ("subject", "left_side", "slack", "holds"))
    (needs,) = [row for row in shown[-2].table("Kontroll", *sides) if row[0] == "M-02 → M-01"]
    assert needs[1:] == ("startas inte", "–", "bryts")
    broken = [{row[0] for row in book.table("Kontroll", *HEADS) if row[3] == "bryts"} for book in shown]
    assert SV("constraint.requires.name") in broken[-2]
    assert SV("constraint.plan_frame.name") in broken[-1]
    if every:
        assert broken[0] == set()
        assert SV("constraint.floor.name") in broken[1]


HEADS = tuple(SV(f"workbook.column.{name}") for name in ("constraint", "subject", "year", "holds"))


def asked(make: Callable[[int], tuple[object, ...]], seeds: range) -> list[Run]:
    """Runs of random questions that have a plan."""
    runs = []
    for seed in seeds:
        portfolio, planning, *_ = make(seed)
        run = optimise(portfolio, planning, Request(20.0))  # type: ignore[arg-type]
        if run.totals is not None:
            runs.append(run)
    return runs


@pytest.mark.parametrize(("first", "number"), [pytest.param(2, 3, marks=pytest.mark.long), pytest.param(500, 30, marks=pytest.mark.soak)])
def test_random_decisions_of_random_questions(soffice: str, tmp_path: Path, first: int, number: int) -> None:
    """Every kind of limit, external actors, tails, interest, shares, entangled ceilings: whatever is typed, the figures are ours."""
    runs = asked(question, range(first, first + number)) + asked(random_question, range(first, first + number))
    r = random.Random(first)
    plans = [flips(instance_of(run), picks_of(run), r) for run in runs]
    shown = calculated(soffice, [typed(run, [p])[0] for run, p in zip(runs, plans, strict=True)], tmp_path)
    compared = sum(check(run, plan, book) for run, plan, book in zip(runs, plans, shown, strict=True))
    assert compared > 40 * len(runs)
