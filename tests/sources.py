"""The package's own code as trees, parsed and walked once in each process for all tests that look at it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "portfolio"


@cache
def modules() -> list[tuple[Path, str, ast.Module]]:
    """Every module of the package with its first name below `portfolio` and its tree."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        found.append((path, first, ast.parse(path.read_text("utf-8"))))
    return found


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Every node of a module."""
    return tuple(ast.walk(tree))


@cache
def imported(tree: ast.Module) -> frozenset[str]:
    """Dotted names that a module imports."""
    names = set()
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)
