"""Tools: run as a person runs them, at a terminal of their own where they ask something."""

import fcntl
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

# When something that must happen counts as not happening, in seconds.
LONG = 60

_log = sys.stderr
_notes = []
_started = []


def run(*command, answers=(), status=0, data=None, within=LONG, environment=None):
    """Runs a command to its end and returns all that it says.

    `answers` are (pattern, line) pairs: each line, a secret, is typed when its pattern is seen and the terminal echoes
    nothing, in this order, and each must be.
    Without them there is no terminal, and `data` (bytes) is the input. `status` is the exit status that must come, or
    None for any but 0.
    """
    words = [str(word) for word in command]
    _log.write(f"$ {shlex.join(words)}\n")
    begin = time.monotonic()
    variables = os.environ | (environment or {})
    if answers:
        code, said = _at_terminal(words, list(answers), variables, begin + within)
    else:
        done = subprocess.run(
            words,
            input=data or b"",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            timeout=within,
            env=variables,
        )
        code, said = done.returncode, done.stdout.decode(errors="replace")
        _log.write(said)
    _log.write(f"[{code} after {time.monotonic() - begin:.1f} s]\n")
    check(code != 0 if status is None else code == status, f"{words[0]} ended with {code}, not with {status}")
    return said


class Beside:
    """A command that goes on beside the test."""

    def __init__(self, words, variables, each):
        self.words = words
        self.each = each
        self.lines = []
        self.more = threading.Condition()
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=variables,
        )
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self):
        for line in self.process.stdout:
            text = line.decode(errors="replace")
            with self.more:
                self.lines.append(text)
                self.more.notify_all()
            if self.each:
                self.each(text)

    def until(self, pattern, within=LONG):
        """Waits until it says a line in which the pattern is."""
        with self.more:
            seen = self.more.wait_for(lambda: any(re.search(pattern, line) for line in self.lines), within)
        check(seen, f"{self.words[0]} does not say {pattern}")

    def ended(self, within=LONG):
        """Waits for its end; its exit status and all that it said."""
        status = self.process.wait(within)
        self.listener.join(within)
        return status, "".join(self.lines)

    def stop(self):
        """Ends it, and all that it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        status, said = self.ended()
        self.process.stdout.close()
        told = "" if self.each else f" It said beside the test:\n{said}"
        _log.write(f"{self.words[0]} ended with {status}.{told}\n")


def start(*command, environment=None, each=None):
    """Starts a command that goes on beside the test; it is ended with the test, if it is not before.

    What it says is in the log at its end, or given to `each`, line by line, as it comes.
    """
    words = [str(word) for word in command]
    _log.write(f"$ {shlex.join(words)} &\n")
    _started.append(Beside(words, os.environ | (environment or {}), each))
    return _started[-1]


def check(holds, what):
    """Fails the test where it does not hold. What it says shows no more of a value than the caller puts in."""
    if not holds:
        raise AssertionError(what)


def note(line):
    """A line for the terminal and the log, such as a measured time."""
    _log.write(f"{line}\n")
    _notes.append(line)


def log(text):
    """Something for the log alone."""
    _log.write(f"{text.rstrip()}\n")


def notes():
    """The lines since the last call."""
    lines = list(_notes)
    _notes.clear()
    return lines


def kept():
    """A folder for what a test leaves besides its log; what is in it stays."""
    folder = Path(_log.name).with_suffix("")
    folder.mkdir(exist_ok=True)
    return folder


def log_to(file):
    global _log
    _log = file


def stop_all():
    """Ends what is still running beside the test."""
    while _started:
        _started.pop().stop()


def _at_terminal(words, answers, variables, until):
    ours, theirs = pty.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=take_terminal, env=variables
    )
    os.close(theirs)
    said, seen = "", 0
    try:
        while True:
            if time.monotonic() > until:
                raise TimeoutError(f"{words[0]} goes on and on" + (f"; not seen: {answers[0][0]}" if answers else ""))
            if answers and (found := re.compile(answers[0][0]).search(said, seen)):
                # Some throw away what was typed before they switched the echo off, and ask before that.
                if not answers[0][1] or not termios.tcgetattr(ours)[3] & termios.ECHO:
                    seen = found.end()
                    os.write(ours, answers.pop(0)[1].encode() + b"\n")
            if ours not in select.select([ours], [], [], 0.05)[0]:
                continue
            try:
                more = os.read(ours, 4096).decode(errors="replace").replace("\r", "")
            except OSError:
                # The last program at the terminal is gone.
                break
            said += more
            _log.write(more)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        os.close(ours)
        code = process.wait()
    check(not answers, f"{words[0]} ended with {code} and did not say {[pattern for pattern, _ in answers]}")
    return code, said
