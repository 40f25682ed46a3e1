"""A question small enough to be answered by hand, for the tests of the what-if.

Three investments of one year each, which may start in 2025 or 2026 and have effect from the year they start until 2029. The mandate is 120
mnkr and nothing else moves the debt. Most tonnes: A and B, both in 2025 (500 + 300 t); C has no room. The frame of 2025 holds A, so that B
lies in the gap.
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import making as m
from portfolio.analysis.optimise import Request
from portfolio.outcome import Run
from portfolio.records import Investment, Portfolio
from portfolio.text import Text
from portfolio.units import KRONOR_PER
from portfolio.whatif.background import answer_to
from portfolio.whatif.question import Basis
from portfolio.whatif.session import Next, Session

MODEL = """
schema_version = 1
title = "Liten"

[horizon]
first_year = { value = 2025, unit = "year", source = "test" }
last_year = { value = 2027, unit = "year", source = "test" }
effects_until = { value = 2029, unit = "year", source = "test" }
target_year = { value = 2027, unit = "year", source = "test" }

[objective]
name = "most_tonnes"

[plan_frame]
frame = { unit = "mnkr", source = "test", values = { 2025 = 60, 2026 = 50, 2027 = 0 } }
total = { value = 110, unit = "mnkr", source = "test" }

[debt]
opening = { value = 0, unit = "mnkr", source = "test" }
mandate = { value = 120, unit = "mnkr", source = "test" }
other_net_investment = { value = 0, unit = "mnkr", source = "test" }
self_financing = { value = 0, unit = "mnkr", source = "test" }

[emissions]
base_year = { value = 1990, unit = "year", source = "test" }
base = { value = 1000, unit = "t", source = "test" }
latest_year = { value = 2022, unit = "year", source = "test" }
latest = { value = 600, unit = "t", source = "test" }
target_reduction = { value = 85, unit = "%", source = "test" }
"""
MNKR = KRONOR_PER["mnkr"]


def small(*, needs: bool = False) -> Portfolio:
    """The three investments; with `needs` B requires A."""

    def one(id: str, mnkr: int, tonnes: int, **fields: object) -> Investment:
        return m.investment(id, (mnkr * MNKR,), latest=2026, tonnes=tonnes, **fields)

    return m.portfolio_of(one("A", 60, 100), one("B", 50, 60, requires=m.needs("A") if needs else ()), one("C", 30, 10))


def basis(folder: Path, *scenarios: Path, run: Run | None = None, portfolio: Portfolio | None = None) -> Basis:
    """The question, its model in a file of `folder`/models."""
    model = folder / "models" / "liten.toml"
    model.parent.mkdir(exist_ok=True)
    model.write_text(MODEL, encoding="utf-8")
    return Basis(model, scenarios, portfolio or small(), run)


_known: dict[str, Run] = {}


def solved(asked: Next, portfolio: Portfolio) -> Run:
    """The answer; the same question in another test is not solved again."""
    same = asked.planning.model_copy(update={"file": "", "sha256": ""})
    key = same.model_dump_json() + portfolio.model_dump_json()
    if key not in _known:
        _known[key] = answer_to(portfolio, Request(), asked)
    return _known[key]


def answered(session: Session) -> Session:
    """Everything that is to be solved has been solved."""
    while (asked := session.next()) is not None:
        session.answered(asked.key, solved(asked, session.basis.portfolio))
    return session


def session(folder: Path, text: Text | None = None, **given: Portfolio) -> Session:
    """A what-if with its first plan."""
    return answered(Session(basis(folder, **given), text or Text("sv")))


def made(run: Run | None) -> dict[str, tuple[str, int]]:
    """What a plan makes: id to layer and start year."""
    assert run is not None
    return {d.id: (d.layer.value, d.start) for d in run.decisions if d.start is not None}


class AtOnce:
    """A solver that has answered when it is asked."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio, self.asked, self.ended = portfolio, 0, 0

    def begin(self, asked: Next) -> Future[Run]:
        """The answer."""
        self.asked += 1
        found: Future[Run] = Future()
        found.set_result(solved(asked, self.portfolio))
        return found

    def end(self) -> None:
        """Nothing is ever under way."""
        self.ended += 1


class Held:
    """A solver whose answers come when the test says so."""

    def __init__(self) -> None:
        self.given: list[tuple[Next, Future[Run]]] = []
        self.ended = 0

    def begin(self, asked: Next) -> Future[Run]:
        """An answer that is still to come."""
        found: Future[Run] = Future()
        found.set_running_or_notify_cancel()
        self.given.append((asked, found))
        return found

    def end(self) -> None:
        """How often what was under way has been dropped."""
        self.ended += 1
