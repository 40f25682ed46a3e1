"""Completion of commands, options and names in the shell; argcomplete does the work, in PowerShell as well."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from portfolio.cli.face import EXIT_DONE, Face

SHELLS = ("powershell", "bash", "zsh", "fish", "tcsh")


def run_completion(options: argparse.Namespace, face: Face) -> int:
    """What a shell must run to complete `portfolio`; only argcomplete's own text, so that it can be piped on."""
    from argcomplete.shell_integration import shellcode

    made: str = shellcode(["portfolio"], shell=options.shell)  # type: ignore[no-untyped-call]
    if face.json:
        from portfolio.reports.run_json import dump

        print(dump({"status": "done", "shell": options.shell, "code": made}), end="")
    else:
        face.say(made.rstrip("\n"))
    return EXIT_DONE


def answer_the_shell(parser: argparse.ArgumentParser) -> None:
    """Tell the shell what could come next, and end the process: only argcomplete knows how it was asked."""
    import argcomplete

    argcomplete.autocomplete(parser)


def complete(action: argparse.Action, names: Any) -> None:
    """`names` completes the action's value; argcomplete looks for it there."""
    setattr(action, "completer", names)  # noqa: B010 - argparse does not know the attribute


def runs(prefix: str, **_known: object) -> list[str]:
    """Folders of finished runs below outputs/, the newest first, and whatever folder is being typed."""
    found = sorted((p.parent for p in Path("outputs").glob("*/run.json")), reverse=True)
    return [name for name in (p.as_posix() for p in found) if name.startswith(prefix)]


def scenarios(prefix: str, **_known: object) -> list[str]:
    """Names of the overlays in models/scenarios/."""
    return [p.stem for p in sorted(Path("models/scenarios").glob("*.toml")) if p.stem.startswith(prefix)]
