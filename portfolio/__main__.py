"""`python -m portfolio`, and the command `portfolio`: Ctrl-C while the libraries are being loaded ends as quietly as later on."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def run() -> int:
    """Run the command line and return its exit code."""
    try:
        from portfolio.cli import main

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
