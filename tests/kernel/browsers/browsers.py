"""Browsers with our keys: the table of tests/browsers, each browser started once."""

import os
import re
import shlex

from stage import case, check, kept, note, start, tool

# In seconds, for all rows of one browser on a machine that is emulated and busy.
WITHIN = 1800


@case(limit=WITHIN)
def chromium():
    table("chromium")


@case(limit=WITHIN)
def firefox():
    table("firefox")


def table(browser):
    """Makes the table's requests; pictures of failures and what the key said are kept beside the log."""
    words = [os.environ["ANYKEY_BROWSERS"], browser, "--anykey", os.environ["ANYKEY"], "--out", kept()]
    words += shlex.split(os.environ["ANYKEY_ROWS"])
    status, said = start(*words, each=tool.log).ended(WITHIN)
    counted = re.search(rf"^{browser}: (\d+) passed, \d+ failed.*", said, re.MULTILINE)
    check(counted, f"it ended with {status} before all rows were made")
    note(counted[0])
    check(status == 0, f"it ended with {status}")
