"""What is installed is what is declared: versions pinned, data files in the wheel, one version number."""

from __future__ import annotations

import fnmatch
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import portfolio
from sources import imported, modules

TOP = Path(__file__).parent.parent
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
CONSTRAINTS = (TOP / "constraints.txt").read_text("utf-8").splitlines()


def normal(name: str) -> str:
    """A distribution's name as packaging tools compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required() -> dict[str, str]:
    """Declared requirements, all extras included: normal name to the whole line."""
    project = PROJECT["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return {normal(re.match(r"[\w.-]+", line)[0]): line for line in lines}  # type: ignore[index]


def test_constraints_are_exact_versions_and_nothing_else() -> None:
    for line in CONSTRAINTS:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line), line
    names = [normal(line.split("==")[0]) for line in CONSTRAINTS]
    assert len(names) == len(set(names))


def test_every_requirement_is_pinned() -> None:
    pinned = {normal(line.split("==")[0]) for line in CONSTRAINTS}
    assert set(required()) <= pinned


def test_what_the_pins_need_is_pinned_too() -> None:
    """The closure: nothing that an installed pin needs on this system is left to chance."""
    pinned = {normal(line.split("==")[0]) for line in CONSTRAINTS}
    for name in pinned:
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            # an extra that this environment was not asked to install
            continue
        for need in needs:
            if ";" not in need:
                assert normal(re.match(r"[\w.-]+", need)[0]) in pinned, f"{name} needs {need}"  # type: ignore[index]


@pytest.mark.parametrize("name", sorted(required()))
def test_every_dependency_has_its_reason(name: str) -> None:
    readme = (TOP / "README.md").read_text("utf-8")
    table = [line for line in readme.splitlines() if line.startswith("|")]
    assert any(name in normal(line.split("|")[1]) and line.split("|")[2].strip() for line in table), name


def test_every_data_file_is_in_the_wheel() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["portfolio"]
    package = TOP / "portfolio"
    for path in package.rglob("*"):
        name = path.relative_to(package).as_posix()
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            # the patterns of setuptools do not cross folders
            assert any(fnmatch.fnmatch(name, p) and name.count("/") == p.count("/") for p in patterns), name


def test_only_the_package_is_packaged() -> None:
    assert PROJECT["tool"]["setuptools"]["packages"]["find"]["include"] == ["portfolio*"]
    for folder in (p.parent for p in (TOP / "portfolio").rglob("*.py")):
        assert (folder / "__init__.py").exists(), folder


def test_one_version_number() -> None:
    assert PROJECT["project"]["version"] == portfolio.__version__
    newest = re.search(r"^## (\S+)", (TOP / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == portfolio.__version__


def test_what_is_imported_is_declared() -> None:
    """Nothing is used that only comes along with something else; what an extra brings, only by the module that needs the extra."""
    project = PROJECT["project"]
    always = {normal(re.match(r"[\w.-]+", line)[0]) for line in project["dependencies"]}  # type: ignore[index]
    extras = {("many", "cluster.py"): "cluster", ("analysis", "second_solver.py"): "audit"}
    extras |= dict.fromkeys((("whatif", name) for name in ("screen.py", "dialogs.py", "table.py")), "tui")
    for path, _, tree in modules():
        extra = project["optional-dependencies"].get(extras.get(path.parts[-2:], ""), [])
        declared = always | {normal(re.match(r"[\w.-]+", line)[0]) for line in extra}  # type: ignore[index]
        for name in {n.split(".")[0] for n in imported(tree)} - sys.stdlib_module_names - {"portfolio"}:
            assert normal(name) in declared, f"{path.name} imports {name}"
