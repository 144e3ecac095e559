"""docs/ci/keys.yml, which people copy: its steps with a key, as they stand there. This machine is the runner."""

import os
import re
import textwrap
from pathlib import Path

import plugged

from stage import case, check, run, start

WORKFLOW = Path(__file__).parents[3] / "docs/ci/keys.yml"
# What makes root of a runner's user; here is no other.
SUDO = 'sudo() { "$@"; }\n'


# It ends whatever key there is.
@case(own_machine=True)
def steps_of_the_workflow_for_clients():
    Path("GITHUB_ENV").touch()
    ours = {"PATH": f"{Path(plugged.ANYKEY).parent}:{os.environ['PATH']}", "KEY": "passkey", "RUNNER_TEMP": os.getcwd()}
    ours["GITHUB_ENV"] = str(Path("GITHUB_ENV").absolute())
    # A runner takes the key away with the job, this test with the step that plugs it in.
    plugged_in = start("bash", "-e", step("Plug in a key", "echo there; wait"), environment=ours)
    plugged_in.until("^there$")
    ours |= dict(line.split("=", 1) for line in Path("GITHUB_ENV").read_text().splitlines())
    check(re.fullmatch(r"/dev/hidraw\d+", ours.get("ANYKEY_NODE", "")), Path("GITHUB_ENV").read_text())
    run("bash", "-e", step("Use it"), environment=ours)
    said = run("bash", "-e", step("Unplug it"), environment=ours)
    check("authenticatorGetAssertion" in said, "the log of the key has no login")
    check(plugged_in.ended()[0] == 0, "the key did not end well")
    check(not Path(ours["ANYKEY_NODE"]).exists(), "the node is still there")


def step(name, more=""):
    """A file with the commands of a step, which is how a runner hands them to a shell, and with others."""
    found = re.search(rf"- name: {name}\n(?:(?!      - ).*\n)*?        run: \|\n((?:          .*\n|\n)+)", WORKFLOW.read_text())
    check(found, f"the workflow has no step {name}")
    file = Path(f"{name}.sh")
    file.write_text(f"{SUDO}{textwrap.dedent(found[1])}{more}\n")
    return file
