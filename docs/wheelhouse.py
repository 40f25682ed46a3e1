"""Makes a folder from which the programme is installed without a network: every package as a wheel, the pinned versions, and a script.

    python docs/wheelhouse.py FOLDER [--platform win_amd64] [--python 3.11]

Needs pip and a network once; the folder is then carried to the machine without one. `installera.ps1` is run there by somebody without
administrator rights: it makes an environment in the user's own profile.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
HERE = "here"
"""The platform and the Python of this machine, to try the folder where it is made."""

SCRIPT = """\
# Installerar portfolio ur den här mappen, utan nät och utan administratörsrättigheter.
$ErrorActionPreference = "Stop"
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$place = Join-Path $env:LOCALAPPDATA "portfolio"
py -{python} -m venv $place
if ($LASTEXITCODE -ne 0) {{ throw "Python {python} saknas: installera det först, se installera-windows.md." }}
& (Join-Path $place "Scripts\\python.exe") -m pip install --no-index --find-links $here -c (Join-Path $here "constraints.txt") portfolio
if ($LASTEXITCODE -ne 0) {{ throw "Installationen misslyckades; felet står ovanför." }}
$command = Join-Path $place "Scripts\\portfolio.exe"
& $command --version
Write-Output "Klart. Kommandot ligger i $command"
"""


def make(folder: Path, platform: str, python: str) -> list[str]:
    """Fill the folder; the names of the wheels in it."""
    folder.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(TOP)], check=True)
    ours = next(folder.glob("portfolio-*.whl"))
    target = [] if platform == HERE else ["--platform", platform, "--python-version", python, "--implementation", "cp"]
    wanted = ["--only-binary", ":all:", *target, "-c", str(TOP / "constraints.txt"), "--dest", str(folder), str(ours)]
    subprocess.run([*pip, "download", *wanted], check=True)
    shutil.copy(TOP / "constraints.txt", folder)
    # PowerShell 5 reads a script without a mark in the machine's own code page
    (folder / "installera.ps1").write_text(SCRIPT.format(python=python), "utf-8-sig")
    return sorted(p.name for p in folder.glob("*.whl"))


def main() -> int:
    """Make the folder and say what is in it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--platform", default="win_amd64", help=f"{HERE}: this machine's")
    parser.add_argument("--python", default="3.11")
    options = parser.parse_args()
    for name in make(options.folder, options.platform, options.python):
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
