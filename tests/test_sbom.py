"""The bill of materials is current, whole and the same every time."""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from pathlib import Path

TOP = Path(__file__).parent.parent


def test_the_bill_of_materials_is_current() -> None:
    made = runpy.run_path(str(TOP / "docs" / "sbom.py"))
    kept = (TOP / "docs" / "sbom.cdx.json").read_text("utf-8")
    assert kept == made["page"](), "run python docs/sbom.py"
    assert kept == made["page"]()


def test_it_lists_every_pinned_package_once_and_every_requirement_is_pinned() -> None:
    bill = json.loads((TOP / "docs" / "sbom.cdx.json").read_text("utf-8"))
    pinned = re.findall(r"^([\w.-]+)==([\w.]+)", (TOP / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    listed = [(c["name"], c["version"]) for c in bill["components"]]
    assert sorted(listed) == sorted((re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in pinned)
    assert len(set(listed)) == len(listed) > 40
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {r for some in (project["dependencies"], *project["optional-dependencies"].values()) for r in some}
    assert len(bill["dependencies"][0]["dependsOn"]) == len({re.split(r"[<>=]", r)[0].lower() for r in wanted})
    assert set(bill["dependencies"][0]["dependsOn"]) <= {c["bom-ref"] for c in bill["components"]}
