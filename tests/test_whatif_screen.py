"""The what-if on its screen, as Textual's pilot drives it: keys, boxes, solves under way, faults, saving, both sizes and languages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from portfolio.errors import AuditBreached
from portfolio.outcome import Run
from portfolio.planning_load import load_planning
from portfolio.records import Lock, LockKind
from portfolio.text import Lang, Text
from portfolio.whatif.background import Solver
from portfolio.whatif.dialogs import AskAmounts, AskName, ChooseLock, Confirm, Details, file_name
from portfolio.whatif.look import KEYS
from portfolio.whatif.screen import WhatIf
from portfolio.whatif.session import Session
from whatif_question import MNKR, AtOnce, Held, answered, basis, made, small

NARROW, WIDE = (80, 24), (160, 50)
Script = Callable[[WhatIf, Pilot[None]], Awaitable[None]]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The plan that is begun with."""
    run = answered(Session(basis(tmp_path_factory.mktemp("first")), Text("sv"))).run
    assert run is not None
    return run


def driven(
    folder: Path, script: Script, run: Run | None, solver: Solver | None = None, *, size: tuple[int, int] = NARROW, lang: Lang = "sv"
) -> WhatIf:
    """The screen, on which the script has been played."""
    text = Text(lang)
    app = WhatIf(Session(basis(folder, run=run), text), solver or AtOnce(small()), text)

    async def play() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(app, pilot)

    asyncio.run(play())
    return app


def seen(app: WhatIf) -> str:
    """The characters on the screen, with plain blanks."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips()).replace("\u00a0", " ")


def told(app: WhatIf) -> list[str]:
    """What has been told in passing."""
    return [notification.message for notification in app._notifications]


async def settled(app: WhatIf, pilot: Pilot[None]) -> None:
    """What is under way has been answered and is shown."""
    for _ in range(200):
        await pilot.pause()
        if app._solving is None:
            return
    raise AssertionError("never answered")


def test_an_officer_changes_the_plan(tmp_path: Path, first: Run) -> None:
    async def script(app: WhatIf, pilot: Pilot[None]) -> None:
        session = app.session
        assert "Bevisat bäst: 2 av 3 investeringar" in seen(app)
        assert all(app.t(f"whatif.key.{action}") in seen(app) for action in KEYS)
        await pilot.press("a")  # A, never
        await settled(app, pilot)
        assert made(session.run).keys() == {"B", "C"}
        assert "aldrig*" in seen(app)
        assert "utgår" in seen(app)
        assert "1 ändring" in seen(app)
        await pilot.press("ctrl+z")
        await settled(app, pilot)
        assert "inga ändringar" in seen(app)
        await pilot.press("m")
        assert session.edits.locks == {"A": Lock(kind=LockKind.MUST)}
        await pilot.press("f")
        assert session.edits.count == 0
        await pilot.press("enter")  # another year
        assert isinstance(app.screen, ChooseLock)
        assert app.screen.query_one(OptionList).highlighted == 0
        await pilot.press("end", "enter")
        await settled(app, pilot)
        assert made(session.run)["A"] == ("plan", 2026)
        assert "från 2025" in seen(app)
        await pilot.press("x")
        await settled(app, pilot)
        assert session.edits.count == 0

    driven(tmp_path, script, first)


@pytest.mark.long
def test_frame_and_mandate(tmp_path: Path, first: Run) -> None:
    async def script(app: WhatIf, pilot: Pilot[None]) -> None:
        session = app.session
        await pilot.press("r")
        assert isinstance(app.screen, AskAmounts)
        await pilot.press("down")
        assert app.focused is app.screen.query_one("#field-2025")
        app.screen.query_one("#field-2025", Input).value = "mycket"
        await pilot.press("enter")
        assert "Inget belopp: ”mycket”" in seen(app)
        app.screen.query_one("#field-2025", Input).value = "110,5"
        await pilot.press("enter")
        await settled(app, pilot)
        assert session.edits.frames == {2025: 110_500_000, 2026: 50 * MNKR, 2027: 0}
        assert made(session.run) == {"A": ("plan", 2025), "B": ("plan", 2025)}
        await pilot.press("d", *"40", "enter")  # the same every year
        await settled(app, pilot)
        assert session.edits.mandate == dict.fromkeys((2025, 2026, 2027), 40 * MNKR)
        assert made(session.run).keys() == {"C"}
        await pilot.press("d", "escape")
        assert session.edits.count == 2
        await pilot.press("ctrl+c")
        assert not app.is_running or app._exit

    driven(tmp_path, script, first)


@pytest.mark.long
def test_no_plan_is_said_plainly_and_what_cannot_hold_is_refused(tmp_path: Path, first: Run) -> None:
    async def script(app: WhatIf, pilot: Pilot[None]) -> None:
        await pilot.press("m", "d", *"40", "enter")
        await settled(app, pilot)
        assert "Ingen plan uppfyller kraven" in seen(app)
        assert "mandatet (debt.mandate i dina ändringar)" in seen(app)
        await pilot.press("i")
        assert isinstance(app.screen, Details)
        await pilot.press("escape", "x")
        app.session.basis.model.write_text("", encoding="utf-8")
        await pilot.press("a")
        assert isinstance(app.screen, Details)
        assert "Modellen eller ett scenario har ändrats på disken" in seen(app)

    app = driven(tmp_path, script, first)
    assert app.session.edits.count == 0


def test_a_newer_change_supersedes_the_older_one(tmp_path: Path, first: Run) -> None:
    """While a solve is under way the screen answers; the answer to an older question is never shown."""
    held = Held()

    async def script(app: WhatIf, pilot: Pilot[None]) -> None:
        await pilot.press("a")
        assert "Räknar om: 0 s. Siffrorna gäller före ändringen." in seen(app)
        await pilot.press("down", "a")
        assert app.selected == "B"
        assert [len(asked.planning.investments) for asked, _ in held.given] == [1, 2]
        (old, older), (new, newer) = held.given
        if not older.cancelled():
            older.set_result(first.model_copy(update={"title": "gammal"}))
        await pilot.pause()
        assert app.session.run is first
        assert "Räknar om" in seen(app)
        assert old.key != new.key
        newer.set_result(first.model_copy(update={"title": "ny"}))
        await settled(app, pilot)
        assert app.session.run is not None
        assert app.session.run.title == "ny"
        await pilot.press("a", "x")  # back to what is known: nothing to wait for
        assert app._solving is None
        assert app.session.run is first

    driven(tmp_path, script, first, held)


def test_a_fault_is_shown_and_no_plan_that_failed_its_audit(tmp_path: Path, first: Run) -> None:
    held = Held()

    async def script(app: WhatIf, pilot: Pilot[None]) -> None:
        await pilot.press("a")
        held.given[-1][1].set_exception(AuditBreached(["debt_mandate 2026"]))
        await settled(app, pilot)
        assert "Planen klarade inte den egna revisionen och visas inte" in " ".join(seen(app).split())
        assert "Siffrorna gäller före den senaste ändringen" in seen(app)
        assert app.session.run is first
        await pilot.press("down", "a")
        held.given[-1][1].set_exception(RuntimeError("oväntat"))
        await settled(app, pilot)
        assert "RuntimeError: oväntat" in seen(app)
        await pilot.press("z", "a")
        assert len(held.given) == 4, "asked again after another step"

    driven(tmp_path, script, first, held)


@pytest.mark.parametrize("key", ["q", pytest.param("escape", marks=pytest.mark.long)])
def test_it_is_left_at_once(key: str, tmp_path: Path) -> None:
    """Also while the very first plan is being solved; what is under way is dropped."""
    held = Held()

    async def script(app: WhatIf, pilot: Pilot[None]) -> None:
        assert "Räknar den första planen" in seen(app)
        await pilot.press("a", key)

    app = driven(tmp_path, script, None, held)
    assert len(held.given) == 1, "the plan to compare with comes first"
    assert held.ended > 0
    assert app.return_code == 0


@pytest.mark.long
def test_changes_are_saved_as_a_scenario_and_never_over_another_unasked(tmp_path: Path, first: Run) -> None:
    async def script(app: WhatIf, pilot: Pilot[None]) -> None:
        path = app.session.basis.folder / "utan-a-2.toml"
        await pilot.press("ctrl+s")
        assert told(app) == ["Det finns inga ändringar att spara."]
        await pilot.press("a", "ctrl+s")
        assert isinstance(app.screen, AskName)
        await pilot.press("enter")
        assert "Scenariot behöver en rubrik" in seen(app)
        app.screen.query_one("#field-title", Input).value = "Utan Å 2"
        await pilot.press("enter")
        assert app.saved == [path]
        kept = path.read_bytes()
        await pilot.press("down", "down", "m", "ctrl+s", "enter")
        assert isinstance(app.screen, Confirm)
        await pilot.press("enter")  # no
        assert path.read_bytes() == kept
        await pilot.press("ctrl+s", "enter", "down", "enter")  # yes
        assert path.read_bytes() != kept
        assert app.saved == [path]

    app = driven(tmp_path, script, first)
    planning, _ = load_planning(app.session.basis.model, app.saved)
    assert planning.scenarios == ("Utan Å 2",)
    assert {i: c.lock and c.lock.kind.value for i, c in planning.investments.items()} == {"A": "never", "C": "must"}
    assert [p.name for p in app.session.basis.folder.iterdir()] == ["utan-a-2.toml"]


@pytest.mark.long
def test_a_scenario_that_was_begun_with_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "models" / "scenarios").mkdir(parents=True)
    begun = tmp_path / "models" / "scenarios" / "grund.toml"
    begun.write_text('title = "Grund"\n', encoding="utf-8")
    app = WhatIf(Session(basis(tmp_path, begun), Text("sv")), AtOnce(small()), Text("sv"))

    async def play() -> None:
        async with app.run_test(size=NARROW) as pilot:
            await settled(app, pilot)
            assert "· grund ·" in seen(app)
            await pilot.press("a", "ctrl+s")
            app.screen.query_one("#field-title", Input).value = "Grund"
            await pilot.press("enter")
            assert "spara under ett annat namn" in told(app)[-1]

    asyncio.run(play())
    assert begun.read_text("utf-8") == 'title = "Grund"\n'
    assert app.saved == []


@pytest.mark.long
@pytest.mark.parametrize(("size", "lang"), [(WIDE, "sv"), (NARROW, "en")])
def test_everything_has_room(size: tuple[int, int], lang: Lang, tmp_path: Path, first: Run) -> None:
    """Every key in the footer, every figure whole."""
    text = Text(lang)

    async def script(app: WhatIf, pilot: Pilot[None]) -> None:
        shown = seen(app)
        for action, key in KEYS.items():
            pressed = text("whatif.press_never") if action == "never" else key.replace("ctrl+", "^")
            assert f"{pressed} {text(f'whatif.key.{action}')}" in shown
        for year in ("2025", "2026", "2027"):
            assert f"\n{year}" in shown or f" {year} " in shown
        assert ("120,0" if lang == "sv" else "120.0") in shown
        assert (text("whatif.details.limits") in shown) is (size == WIDE)
        await pilot.press("i")
        assert text("whatif.details.changes") in seen(app)
        await pilot.press("end")
        assert text("whatif.details.gap") in seen(app)

    driven(tmp_path, script, first, size=size, lang=lang)


@pytest.mark.long
@pytest.mark.parametrize("key", ["s", "r", "d"])
def test_a_question_has_room_on_the_narrowest_screen(key: str, tmp_path: Path, first: Run) -> None:
    async def script(app: WhatIf, pilot: Pilot[None]) -> None:
        await pilot.press(key)
        await pilot.pause()
        box = app.screen.query_one(".box").region
        assert box.width > 40
        assert app.screen.region.contains_region(box)

    driven(tmp_path, script, first, size=(60, 24), lang="sv")


@pytest.mark.parametrize(
    ("title", "name"), [("CCS ett år sent", "ccs-ett-ar-sent"), ("  ../../Å & Ö!  ", "a-o"), ("Ramen + 10 %", "ramen-10"), ("…", "")]
)
def test_names_of_files(title: str, name: str) -> None:
    assert file_name(title) == name
