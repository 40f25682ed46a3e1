"""How the command line is explained: usage, help and misspelt commands, in the catalogue's language."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from textwrap import fill
from typing import Any, NoReturn

from portfolio.cli.face import EXIT_DONE, EXIT_INPUT
from portfolio.text import Text


class Usage(argparse.ArgumentParser):
    """argparse that speaks the catalogue's language, and answers a misspelt command as JSON where JSON was asked for."""

    def __init__(self, *, text: Text, json: bool, prog: str, description: str = "", epilog: str = "") -> None:
        self._text, self._json = text, json
        form = partial(_Lines, prefix=text("cli.help.usage"))
        super().__init__(prog=prog, description=description, epilog=epilog, add_help=False, formatter_class=form)
        self._positionals.title = text("cli.help.positionals")
        self._optionals.title = text("cli.help.options")
        self.add_argument("-h", "--help", action="help", help=text("cli.help.help"))

    def error(self, message: str) -> NoReturn:
        said = _said(message, self._text)
        if self._json:
            from portfolio.reports.run_json import error_json

            sys.stdout.write(error_json(said))
        sys.stderr.write(self.format_usage())
        sys.stderr.write(self._text("cli.help.error", message=said) + "\n")
        raise SystemExit(EXIT_INPUT)

    def no_command(self) -> int:
        """The help, for whoever asks for nothing; where JSON is asked for, an error."""
        if self._json:
            self.error(self._text("cli.help.no_command"))
        self.print_help()
        return EXIT_DONE


class _Lines(argparse.HelpFormatter):
    """Help whose descriptions and examples keep their lines and are wrapped to the width.

    Args:
        prefix: what stands before the usage.
    """

    def __init__(self, prog: str, *, prefix: str) -> None:
        super().__init__(prog)
        self._prefix = prefix

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, self._prefix if prefix is None else prefix)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(fill(line, width, initial_indent=indent, subsequent_indent=indent) for line in text.splitlines())


def _said(message: str, text: Text) -> str:
    """The commonest messages of argparse in the catalogue's language; others as they are."""
    for english, name in (
        ("the following arguments are required: ", "required"),
        ("unrecognized arguments: ", "unrecognized"),
        ("expected one argument", "one_argument"),
        ("invalid choice: ", "invalid_choice"),
        ("invalid float value: ", "not_number"),
        ("invalid seconds value: ", "not_number"),
        ("invalid points value: ", "not_points"),
        ("invalid plans value: ", "not_plans"),
        ("invalid worlds value: ", "not_worlds"),
        ("invalid seed value: ", "not_seed"),
        ("invalid workers value: ", "not_workers"),
        ("invalid amount value: ", "not_amount"),
        ("invalid percent value: ", "not_percent"),
    ):
        message = message.replace(english, text(f"cli.help.{name}"))
    return message.replace("argument ", "").replace("(choose from ", f"({text('cli.help.choose_from')} ")
