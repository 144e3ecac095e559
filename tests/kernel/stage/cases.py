"""Tests: functions of a room, each for some keys."""

import fnmatch
import importlib.util
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

CASES = []


@dataclass
class Case:
    """A test with one key, or with none."""

    room: str
    function: Callable
    model: str | None
    # How the key is plugged in: what stage.Key takes.
    how: dict = field(default_factory=dict)

    @property
    def name(self):
        return ".".join(filter(None, [self.room, self.function.__name__, self.model]))

    def matches(self, pattern):
        """Whether the pattern is its name, the start of it up to a dot, or has a * and matches it."""
        return self.name == pattern or self.name.startswith(f"{pattern}.") or fnmatch.fnmatchcase(self.name, pattern)


def case(*models, **how):
    """Makes a function a test: of one key of each model, which it is given plugged in; without models, of none."""

    def add(function):
        room = Path(sys.modules[function.__module__].__file__).stem
        CASES.extend(Case(room, function, model, how) for model in models or [None])
        return function

    return add


def load(folder):
    """All tests of the rooms in a folder."""
    sys.path.insert(0, str(folder))
    for file in sorted(Path(folder).glob("*.py")):
        # A room may be named as what it tests.
        spec = importlib.util.spec_from_file_location(f"rooms.{file.stem}", file)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return CASES


def chosen(cases, wanted, unwanted):
    """Those that one of the wanted patterns names, if there is any, and none of the others."""
    return [
        case
        for case in cases
        if (not wanted or any(case.matches(pattern) for pattern in wanted))
        and not any(case.matches(pattern) for pattern in unwanted)
    ]
