"""The what-if without its screen: changes are scenario files, plans are those of the main job, and what is shown of them is true."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.errors import CannotWrite, InputError
from portfolio.outcome import SolveStatus, StopReason
from portfolio.planning_load import load_planning
from portfolio.records import Lock, LockKind
from portfolio.text import LANGUAGES, Text
from portfolio.whatif.background import Background, what_happened
from portfolio.whatif.edits import Edits, Said, to_toml
from portfolio.whatif.lines import details, status
from portfolio.whatif.question import write_scenario
from portfolio.whatif.session import Session
from portfolio.whatif.shown import COLUMNS, figures, rows, years
from portfolio.whatif.words import exact, read_amount, typed
from whatif_question import MNKR, answered, basis, made, session, small

NEVER, MUST, FREE = (Lock(kind=kind) for kind in (LockKind.NEVER, LockKind.MUST, LockKind.FREE))
SV = Text("sv")


def started(year: int) -> Lock:
    """A start year."""
    return Lock(kind=LockKind.START, year=year)


def locked(s: Session, **locks: Lock) -> Session:
    """Locks of investments, and the plan with them."""
    for id, lock in locks.items():
        assert s.change(s.basis.with_lock(s.edits, id, lock)), s.refused
    return answered(s)


def framed(s: Session, *mnkr: int) -> Session:
    """Frames of the three years, and the plan with them."""
    assert s.change(s.basis.with_frames(s.edits, {2025 + n: kr * MNKR for n, kr in enumerate(mnkr)}))
    return answered(s)


def mandated(s: Session, mnkr: int) -> Session:
    """A mandate, and the plan with it."""
    assert s.change(s.basis.with_mandate(s.edits, dict.fromkeys(range(2025, 2028), mnkr * MNKR)))
    return answered(s)


def test_plans_worked_by_hand(tmp_path: Path) -> None:
    s = session(tmp_path)
    assert made(s.run) == {"A": ("plan", 2025), "B": ("gap", 2025)}
    assert made(framed(s, 110, 0, 0).run) == {"A": ("plan", 2025), "B": ("plan", 2025)}
    s.reset()
    assert made(locked(s, A=NEVER).run) == {"B": ("plan", 2025), "C": ("gap", 2025)}
    assert s.run is not None
    assert s.run.status is SolveStatus.PROVEN_BEST


@pytest.mark.long
def test_more_plans_worked_by_hand(tmp_path: Path) -> None:
    s = session(tmp_path)
    assert made(mandated(s, 150).run).keys() == {"A", "B", "C"}
    s.reset()
    assert made(mandated(s, 40).run).keys() == {"C"}
    s.reset()
    # what C leaves of the frame of 2025 is carried forward to A
    assert made(locked(s, A=started(2026), C=MUST).run) == {"A": ("plan", 2026), "C": ("plan", 2025)}


def test_undo_reset_and_a_change_that_is_none(tmp_path: Path) -> None:
    s = session(tmp_path)
    first, before = s.run, s.key
    locked(s, A=NEVER)
    assert s.change(s.basis.with_lock(s.edits, "B", MUST))
    assert s.edits.count == 2
    assert s.undo()
    assert dict(s.edits.locks) == {"A": NEVER}
    assert s.settled, "what has been solved is not solved again"
    assert s.next() is None
    s.reset()
    assert (s.run, s.key) == (first, before)
    assert s.undo(), "a reset can be undone"
    assert s.edits.count == 1
    locked(s, A=FREE)
    assert s.edits == Edits()
    framed(s, 60, 50, 0)
    mandated(s, 120)
    assert s.edits.count == 0
    for _ in range(10):
        s.undo()
    assert not s.undo()


@pytest.mark.parametrize("lang", ["sv", pytest.param("en", marks=pytest.mark.long)])
def test_what_is_saved_gives_the_same_plan(lang: str, tmp_path: Path) -> None:
    """Every kind of change at once, amounts that are no whole tkr, a title and a source that would break a careless file."""
    text = Text("en" if lang == "en" else "sv")
    s = session(tmp_path, text)
    for id, lock in (("C", MUST), ("A", started(2026))):
        assert s.change(s.basis.with_lock(s.edits, id, lock))
    odd = {2025: 31 * MNKR + 1, 2026: 70 * MNKR, 2027: 0}
    assert s.change(s.basis.with_frames(s.edits, odd))
    assert s.change(s.basis.with_mandate(s.edits, {2025: 100 * MNKR, 2026: 95 * MNKR + 7, 2027: 95 * MNKR + 7}))
    run = answered(s).run
    assert made(run) == {"A": ("plan", 2026), "C": ("plan", 2025)}
    path = s.basis.folder / "prov.toml"
    content = s.basis.scenario(s.edits, text, 'Råd "och" \\ dåd\x1b[31m\x7f', "prov", "Möte 3\nmars")
    write_scenario(path, content, over=False)
    with pytest.raises(CannotWrite, match="exists"):
        write_scenario(path, "", over=False)
    assert path.read_text("utf-8") == content
    planning, _ = load_planning(s.basis.model, [path])
    assert planning.scenarios == ('Råd "och" \\ dåd[31m',)
    assert planning.plan_frame is not None
    assert planning.plan_frame.frame.values == odd
    assert planning.plan_frame.frame.source == "Möte 3\nmars"
    again = optimise(s.basis.portfolio, planning, Request())
    assert run is not None
    assert again.decisions == run.decisions
    assert (again.totals, again.years, again.objective) == (run.totals, run.years, run.objective)


def test_the_scenario_file_as_it_stands() -> None:
    edits = Edits(locks={"W-01": NEVER, 'B"1': started(2026)}, frames={2025: 503_070_000, 2026: 0}, mandate={2025: 1}, has_total=True)
    assert (
        to_toml(edits, Said("T", "D", "S", "H"))
        == """# H
title = "T"
description = "D"

[plan_frame]
frame = { unit = "tkr", source = "S", illustrative = true, values = { 2025 = 503_070, 2026 = 0 } }
total = { value = 503_070, unit = "tkr", source = "S", illustrative = true }

[debt]
mandate = { unit = "kr", source = "S", illustrative = true, values = { 2025 = 1 } }

[investments."B\\"1"]
lock = { kind = "start", year = 2026 }
source = "S"

[investments."W-01"]
lock = { kind = "never" }
source = "S"
"""
    )


def test_a_lock_of_an_earlier_scenario_is_replaced_whole(tmp_path: Path) -> None:
    """`start` has a year, `never` has none: what is laid over is not mixed with what lay there."""
    earlier = tmp_path / "tidigare.toml"
    earlier.write_text('[investments."A"]\nlock = { kind = "start", year = 2026 }\nsource = "test"\n', encoding="utf-8")
    s = Session(basis(tmp_path, earlier), SV)
    for lock in (NEVER, FREE, MUST):
        edits = s.basis.with_lock(s.edits, "A", lock)
        assert s.basis.ask(edits, SV).planning.investments["A"].lock == lock
        assert f'kind = "{lock.kind}"' in s.basis.scenario(edits, SV)
    assert s.basis.scenario(edits, SV, name="ny").splitlines()[0].endswith("portfolio optimise --scenario tidigare --scenario ny")
    assert s.basis.with_lock(s.edits, "A", started(2026)).count == 0


def test_what_cannot_hold_together_is_refused_and_said(tmp_path: Path) -> None:
    s = Session(basis(tmp_path, portfolio=small(needs=True)), SV)
    assert s.change(s.basis.with_lock(s.edits, "A", NEVER))
    before = s.edits
    assert not s.change(s.basis.with_lock(s.edits, "B", MUST))
    assert s.edits == before
    assert [f.severity for f in s.refused] == ["error"]
    assert "A" in s.refused[0].message


@pytest.mark.long
def test_no_plan_is_said_with_what_clashes(tmp_path: Path) -> None:
    s = locked(session(tmp_path), B=MUST)
    mandated(s, 40)
    assert s.run is not None
    assert s.run.status is SolveStatus.INFEASIBLE
    said = [x.sentence for x in status(s, SV, None)]
    assert said[0] == SV("terminal.infeasible")
    assert any("mandatet" in line and "dina ändringar" in line for line in said[1:])
    assert all(r.cells[COLUMNS.index("layer")] == "–" for r in rows(s.basis, s.edits, s.run, SV))
    assert len(figures(s.basis, s.run, SV)) == len(years(s.run, SV, wide=True)) == 1


def test_a_file_that_changes_under_way_is_said(tmp_path: Path) -> None:
    s = Session(basis(tmp_path), SV)
    s.basis.model.write_text(s.basis.model.read_text("utf-8").replace("120", "90"), encoding="utf-8")
    assert not s.change(s.basis.with_lock(s.edits, "A", NEVER))
    assert s.refused[0].message == SV("finding.whatif_model_changed")
    with pytest.raises(InputError):
        s.basis.ask(s.edits, SV)


def test_what_is_shown_of_a_plan(tmp_path: Path) -> None:
    s = locked(session(tmp_path), A=NEVER)
    cells = {r.id: dict(zip(COLUMNS, r.cells, strict=True)) for r in rows(s.basis, s.edits, s.run, SV)}
    assert cells["A"]["lock"] == "aldrig*"
    assert [cells[i]["change"] for i in "ABC"] == ["utgår", "var i gapet", "ny"]
    assert [cells[i]["layer"] for i in "ABC"] == ["nej", "plan", "gap"]
    assert [cells[i]["outlay"] for i in "ABC"] == ["–", "50,0", "30,0"]
    assert [cells[i]["tonnes"] for i in "ABC"] == ["–", "300", "50"]
    shown = [" ".join(line.replace("\u00a0", "").split()) for line in figures(s.basis, s.run, SV)]
    # 600 t a year less 60 and 10, where A gave 100 and B 60; at most 15 per cent of 1,000 t
    assert shown == [
        "Nu Ändrat Gräns",
        "Investeringar 2 ±0",
        "Ton t.o.m. 2029 350 −450",
        "Utsläpp 2027, t 530 +90 150",
        "I planen, mnkr 50,0 −10,0 110,0",
        "I gapet, mnkr 30,0 −20,0",
        "Skuld 2025, mnkr 80,0 −30,0 120,0",
    ]
    by_year = [" ".join(line.replace("\u00a0", "").split()) for line in years(s.run, SV, wide=True)]
    assert by_year == [
        "År Ram* Plan Gap Skuld Mandat",
        "2025 60,0 50,0 30,0 80,0 120,0",
        "2026 60,0 0,0 0,0 80,0 120,0",
        "2027 60,0 0,0 0,0 80,0 120,0",
    ]
    said = "\n".join(x.sentence for x in details(s, SV))
    assert "A Åtgärd A: aldrig (förut fri)" in said
    assert "C Åtgärd C: ny, start 2025" in said
    s = locked(session(tmp_path), A=started(2026))
    change = {r.id: r.cells[COLUMNS.index("change")] for r in rows(s.basis, s.edits, s.run, SV)}
    assert change["A"] == "från 2025"


def test_only_what_is_proven_is_called_so(tmp_path: Path) -> None:
    s = session(tmp_path)
    assert status(s, SV, None)[0].sentence.startswith("Bevisat bäst")
    assert s.run is not None
    s.run = s.run.model_copy(update={"status": SolveStatus.FEASIBLE_NOT_PROVEN, "stop_reason": StopReason.TIME_LIMIT})
    said = " ".join(x.sentence for x in (*status(s, SV, None), *details(s, SV)))
    assert "Bevisat bäst" not in said
    assert "Inte bevisad" in said
    assert SV("terminal.stopped.time_limit") in said


def test_figures_from_before_a_change_say_so(tmp_path: Path) -> None:
    s = session(tmp_path)
    assert s.change(s.basis.with_lock(s.edits, "A", NEVER))
    assert not s.settled
    assert status(s, SV, 3)[0].sentence == "Räknar om: 3 s. Siffrorna gäller före ändringen."
    s.failed(s.key, "Det brast.")
    said = [x.sentence for x in status(s, SV, None)]
    assert said[:2] == ["Frågan fick inget svar. Det brast.", "Siffrorna gäller före den senaste ändringen."]
    assert s.next() is None, "not asked again by itself"
    assert s.undo()
    assert s.settled
    assert not s.fault


@pytest.mark.parametrize(
    ("said", "unit", "kronor"),
    [
        ("1 250,5", "mnkr", 1_250_500_000),
        ("1250.5", "mnkr", 1_250_500_000),
        ("0", "kr", 0),
        ("503,07", "mnkr", 503_070_000),
        ("2 mdkr", "tkr", 2_000_000_000),
        ("14 000", "tkr", 14_000_000),
        ("0,0000001", "mnkr", None),
        ("-5", "mnkr", None),
        ("5 %", "mnkr", None),
        ("5 t", "mnkr", None),
        ("1.250", "mnkr", None),
        ("", "mnkr", None),
        ("mycket", "mnkr", None),
    ],
)
def test_amounts_as_they_are_typed(said: str, unit: str, kronor: int | None) -> None:
    assert read_amount(said, Text("sv", unit)) == kronor  # type: ignore[arg-type]


def test_what_stands_in_a_field_is_read_back_exactly() -> None:
    for lang in LANGUAGES:
        for unit in ("kr", "tkr", "mnkr"):
            text = Text(lang, unit)  # type: ignore[arg-type]
            for kronor in (0, 1, 999, 1_000, 503_070_000, 14_000_000_000, 1_234_567_891):
                assert read_amount(typed(kronor, text), text) == kronor
    assert exact(503_070_000, SV) == "503,07"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_screen_it_says_so(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", "--lang", lang]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "--json" in said.err
    assert main(["whatif", "--lang", lang, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["findings"][0]["message"] == Text(lang)("finding.whatif_no_screen")  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_the_extra_it_says_how_to_get_it(lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("portfolio.cli.whatif.find_spec", lambda name: None if name == "textual" else name)
    assert main(["whatif", "--lang", lang]) == 2
    assert "pip install 'portfolio[tui]'" in " ".join(capsys.readouterr().err.split())


@pytest.mark.long
def test_the_process_in_the_background(tmp_path: Path) -> None:
    """It answers as the main job does, is left at once, and one that is killed is said to be lost and replaced."""
    s = Session(basis(tmp_path), SV)
    asked = s.next()
    assert asked is not None
    solver = Background(small(), Request())
    try:
        run = solver.begin(asked).result(120)
        assert made(run) == {"A": ("plan", 2025), "B": ("gap", 2025)}
        s.answered("", run)
        assert s.change(s.basis.with_lock(s.edits, "A", NEVER))
        other = s.next()
        assert other is not None
        dropped = solver.begin(other)
        again = solver.begin(asked)  # a newer question: whatever has become of the older one, this is answered
        assert made(again.result(120)) == made(run)
        assert dropped.done()
        for process in list(solver._hands._pool._processes.values()):  # type: ignore[union-attr]
            os.kill(process.pid, 9)
        lost = solver.begin(other)
        if (fault := lost.exception(120)) is not None:
            assert type(what_happened(fault)).__name__ == "WorkerLost"
            assert made(solver.begin(other).result(120)).keys() == {"B", "C"}
    finally:
        solver.end()
