"""What if: changes tried on a plan that is looked at, solved again in the background, saved as a scenario.

`edits`, `question`, `session`, `shown` and `lines` know nothing of the screen; `screen`, `table` and `dialogs` alone import Textual.
"""
