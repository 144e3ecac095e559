"""What the tests stand on: a test and its name, a key that is plugged in, a tool at a terminal."""

from stage import place, tool
from stage.cases import case
from stage.key import Key
from stage.person import set_pin, typed
from stage.tool import check, kept, note, run, start

__all__ = ["Key", "case", "check", "kept", "note", "place", "run", "set_pin", "start", "tool", "typed"]
