"""What the screen looks like, and its keys."""

from __future__ import annotations

from rich.text import Text as Line

from portfolio.text import Text

WIDE = 130
"""Columns from which the figures stand beside the table, not below it."""
KEYS = {
    "must": "m",
    "never": "n",
    "free": "f",
    "start": "s",
    "frame": "r",
    "mandate": "d",
    "undo": "ctrl+z",
    "reset": "x",
    "details": "i",
    "save": "ctrl+s",
    "leave": "q",
}
"""Action by its key, in the order of the footer."""
ALSO = {"never": "a", "undo": "z", "leave": "escape"}
"""Further keys of an action."""

STYLES = """
#head { height: 1; text-style: bold; }
#table { height: 1fr; }
#left { width: 1fr; }
#below { height: auto; }
#status { height: auto; max-height: 4; margin: 0 1; }
#numbers { height: auto; max-height: 9; }
.no-plan #status { max-height: 14; }
.no-plan #numbers, .no-plan #figures-beside, .no-plan #years-beside { display: none; }
#figures { width: auto; margin: 0 1; }
#years { width: auto; margin: 0 1 0 3; }
.-narrow #beside { display: none; }
.-wide #below { display: none; }
.-wide #beside { width: 62; border-left: solid $primary; padding: 0 1; }
.-wide #beside Sentences, .-wide #beside Static { margin: 0 0 1 0; height: auto; }
.box { width: 64; max-width: 98%; height: auto; max-height: 90%; border: round $primary; padding: 0 1; background: $surface; }
.box OptionList, .box VerticalScroll { height: auto; max-height: 14; }
.wide-box { width: 90%; height: 90%; }
.wide-box VerticalScroll { height: 1fr; max-height: 100%; }
.title { text-style: bold; margin: 0 0 1 0; }
.hint { text-style: dim; margin: 1 0 0 0; }
.field { height: 1; }
.label { width: 20; }
.field Input { width: 1fr; }
#wrong { color: $error; height: auto; }
ModalScreen { align: center middle; }
#keys { height: auto; background: $panel; padding: 0 1; link-style: none; link-color: $foreground; }
"""
"""Textual's style sheet: `-narrow` and `-wide` are the two layouts, `no-plan` the one that says why there is none."""


def keys_line(text: Text, width: int) -> Line:
    """The keys, on as many lines as they need; they can be clicked on, too."""
    lines = [Line()]
    for action, key in KEYS.items():
        pressed = text("whatif.press_never") if action == "never" else key.replace("ctrl+", "^")
        word = Line(pressed, style="bold").append(" " + text(f"whatif.key.{action}"), style="not bold").on(click=f"app.{action}")
        if lines[-1] and len(lines[-1]) + 2 + len(word) > width:
            lines.append(Line())
        lines[-1].append("  " if lines[-1] else "").append_text(word)
    return Line("\n").join(lines)
