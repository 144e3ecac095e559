"""Tests: functions of a room, each for some keys."""

import fnmatch
import importlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

CASES = []
# No test takes as long that does not say so, in seconds.
LIMIT = 180


@dataclass
class Case:
    """A test with one key, or with none."""

    room: str
    function: Callable
    model: str | None
    # How the key is plugged in: what stage.Key takes.
    how: dict = field(default_factory=dict)
    # Changes what is no longer as it was after it.
    own_machine: bool = False
    # No longer does it take, in seconds.
    limit: int = LIMIT

    @property
    def name(self):
        return ".".join(filter(None, [self.room, self.function.__name__, self.model]))

    def matches(self, pattern):
        """Whether the pattern is its name, the start of it up to a dot, or has a * and matches it."""
        return self.name == pattern or self.name.startswith(f"{pattern}.") or fnmatch.fnmatchcase(self.name, pattern)


def case(*models, room=None, own_machine=False, limit=LIMIT, **how):
    """Makes a function a test: of one key of each model, which it is given plugged in; without models, of none.

    It belongs to the room in which it stands, or to `room`. `how` is what stage.Key takes.
    With `own_machine` it is for a machine that is there for the tests alone; `limit` is in seconds.
    """

    def add(function):
        name = room or function.__module__
        CASES.extend(Case(name, function, model, how, own_machine, limit) for model in models or [None])
        return function

    return add


def load(folder):
    """All tests of the rooms in a folder."""
    sys.path.insert(0, str(folder))
    for file in sorted(Path(folder).glob("*.py")):
        importlib.import_module(file.stem)
    return sorted(CASES, key=lambda case: case.room)


def chosen(cases, wanted, unwanted):
    """Those that one of the wanted patterns names, if there is any, and none of the others."""
    return [
        case
        for case in cases
        if (not wanted or any(case.matches(pattern) for pattern in wanted))
        and not any(case.matches(pattern) for pattern in unwanted)
    ]
