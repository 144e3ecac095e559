"""Runs tests one after the other and tells of each: `python -m stage --rooms FOLDER --logs FOLDER [PATTERN...]`."""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from stage import cases, place, tool
from stage.key import Key

# The exit status where the machine cannot run them, which tests/kernel/run knows.
LACKING = 3


def main():
    arguments = parsed()
    chosen = cases.chosen(cases.load(arguments.rooms), arguments.patterns, arguments.without)
    if not place.is_own():
        for case in (case for case in chosen if case.own_machine):
            print(f"left out on this machine, which it would change: {case.name}", file=sys.stderr)
        chosen = [case for case in chosen if not case.own_machine]
    if arguments.list:
        print(*(case.name for case in chosen), sep="\n", end="\n" if chosen else "")
        return 0
    place.furnish()
    if lacking := place.missing({case.room for case in chosen}):
        print("This machine lacks", *lacking, sep="\n  ", file=sys.stderr)
        return LACKING
    signal.signal(signal.SIGALRM, late)
    passed = failed = 0
    for nth, case in enumerate(chosen, 1):
        log = arguments.logs / f"{case.name}.log"
        begin = time.monotonic()
        trouble = perform(case, log)
        took = time.monotonic() - begin
        print(f"{'FAILED' if trouble else 'ok':6} {nth:3}/{len(chosen)} {took:6.1f} s  {case.name}", flush=True)
        for line in tool.notes():
            print(f"{'':18}{line}", flush=True)
        if trouble:
            print(log.read_text(errors="replace").rstrip(), flush=True)
        passed, failed = passed + (not trouble), failed + bool(trouble)
    (arguments.logs / "results.json").write_text(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


def perform(case, log):
    """Runs a test; what went wrong, which its log has, too."""
    with log.open("w", buffering=1, encoding="utf-8") as file, tempfile.TemporaryDirectory() as room:
        # Not on the host's file system at once, which would slow the key down.
        said = Path(room) / "key.log"
        tool.log_to(file)
        os.chdir(room)
        try:
            signal.alarm(case.limit)
            if case.model is None:
                case.function()
            else:
                with Key(case.model, log=said, **case.how) as key:
                    case.function(key)
            return None
        except Exception as trouble:
            file.write("".join(traceback.format_exception(trouble)))
            if said.exists():
                file.write(f"\nThe key, at its end (all of it is in {log.with_suffix('.key')}):\n")
                file.writelines(said.read_text(errors="replace").splitlines(keepends=True)[-60:])
            return trouble
        finally:
            signal.alarm(0)
            tool.stop_all()
            if said.exists():
                shutil.copyfile(said, log.with_suffix(".key"))
            os.chdir("/")


def late(*_):
    raise TimeoutError("the test took longer than its limit")


def parsed():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rooms", type=Path, required=True)
    arguments.add_argument("--logs", type=Path, required=True)
    arguments.add_argument("--without", action="append", default=[])
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("patterns", nargs="*")
    return arguments.parse_args()


if __name__ == "__main__":
    sys.exit(main())
