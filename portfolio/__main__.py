"""`python -m portfolio`, and the command `portfolio`: Ctrl-C while the libraries are being loaded ends as quietly as later on."""

from __future__ import annotations

import gc
import os
import sys

INTERRUPTED = 130
CLOSED = 141
"""Whoever read the output has closed it, as `| head` does: what a shell says of a process that ends by SIGPIPE. `cli.EXIT_CLOSED`."""


def run() -> int:
    """Run the command line and return its exit code."""
    # Python looks for dead cycles after every 700 new objects, which suits no programme that builds tens of thousands and ends
    gc.set_threshold(20_000)
    try:
        from portfolio.ctrl_c import in_one_piece

        with in_one_piece():
            from portfolio.cli import main

        code = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries to write the rest when it ends
        code = CLOSED
    if code == INTERRUPTED:
        # CPython remembers an interrupt that came inside an eval() of some library, though it was caught, and would end the process by
        # the signal instead of with our code; the next eval() makes it forget
        eval("0")
    return code


if __name__ == "__main__":
    sys.exit(run())
