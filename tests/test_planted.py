"""Faults planted in every kind of constraint, one unit beyond the limit: the audit names each, and is silent about what lies on it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from copy import deepcopy
from functools import cache
from random import Random

import pytest
from pydantic import ValidationError

from planting import KINDS, Sown
from portfolio.audit import CONSTRAINTS
from portfolio.audit.statements import STATEMENTS
from test_audit_random import random_plan
from test_audit_statements import alarms, all_faults, asked, small, trees, with_tree
from test_funding_stack import funded


@cache
def drawn(seed: int) -> Sown:
    portfolio, planning, plan, _ = random_plan(seed)
    return Sown(portfolio, planning, plan)


def planted(name: str, seeds: range, most: int) -> tuple[int, list[str]]:
    """Plant at most so many faults of a kind, each in a plan of its own.

    Returns:
        how many were planted, and what went wrong: a fault that was not named, or an alarm at the point that keeps everything.
    """
    done, wrong = 0, []
    for seed in seeds:
        if done == most:
            break
        base = drawn(seed)
        points = KINDS[name](Random(seed), base)
        if points is None:
            continue
        kept, broken = points
        done += 1
        if name not in {c for c, _, _ in broken.alarms}:
            wrong.append(f"{name}, seed {seed}: not named, only {sorted({c for c, _, _ in broken.alarms})}")
        if name in {c for c, _, _ in kept.alarms - base.alarms}:
            wrong.append(f"{name}, seed {seed}: a false alarm at {sorted(kept.alarms - base.alarms)[:2]}")
    return done, wrong


def test_every_constraint_has_its_fault() -> None:
    assert set(KINDS) == set(CONSTRAINTS) - set(STATEMENTS)


@pytest.mark.parametrize("name", KINDS)
def test_one_unit_beyond_the_limit_is_named(name: str) -> None:
    done, wrong = planted(name, range(60), 1)
    assert not wrong
    assert done == 1


@pytest.mark.soak
def test_a_thousand_planted_faults() -> None:
    """All kinds, the statements among them; prints how many of each."""
    counts: Counter[str] = Counter()
    missed: list[str] = []
    for name in KINDS:
        counts[name], wrong = planted(name, range(100, 2_000), 36)
        missed += wrong
    draw = Random(7)
    questions = [small(), *(asked(q.portfolio, q.planning) for q in map(funded, range(12)))]
    for a in questions:
        statements = a.given.get("statements")
        if statements is None:
            continue
        if alarms(a, statements):
            missed.append(f"a false alarm: {alarms(a, statements)}")
        for name, tree in trees(statements).items():
            faults = [(where, deepcopy(made)) for where, made in all_faults(tree)]
            for where, made in draw.sample(faults, min(12, len(faults))):
                with suppress(ValidationError):  # a word or a line that the statement's own type refuses
                    wrong_one = with_tree(statements, name, made)
                    counts[f"statement_{name}"] += 1
                    if f"statement_{name}" not in alarms(a, wrong_one):
                        missed.append(f"{name} {where}")
    print(sum(counts.values()), dict(counts))
    assert not missed
    assert set(counts) == set(CONSTRAINTS)
    assert min(counts.values()) >= 20
    assert sum(counts.values()) >= 1_000
