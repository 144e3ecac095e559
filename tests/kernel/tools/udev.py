"""The rules that `anykey plug --install-udev` shows and installs, as the udev of the machine follows them."""

import grp
import os
import shutil
import stat
import subprocess
from pathlib import Path

import plugged

from stage import case, check, run, start

GROUP = "anykey-plug-tests"


@case(own_machine=True)
def rules_give_rights_to_a_group_and_to_who_sits_there():
    run(plugged.ANYKEY, "plug", "--install-udev")
    run("groupadd", "-f", "--system", GROUP)
    run(plugged.ANYKEY, "plug", "--install-udev", "--yes", "--group", GROUP)
    run("udevadm", "settle")
    facts = os.stat("/dev/uhid")
    check(facts.st_gid == grp.getgrnam(GROUP).gr_gid, "/dev/uhid belongs to another group")
    check(stat.S_IMODE(facts.st_mode) == 0o660, f"/dev/uhid has mode {facts.st_mode:o}")
    with plugged.Key("passkey", port="uhid") as key:
        run("udevadm", "settle")
        tags = subprocess.run(["udevadm", "info", key.node], capture_output=True, text=True, check=True).stdout
        check("uaccess" in tags.partition("TAGS=")[2].splitlines()[0], tags)


@case(own_machine=True)
def a_member_of_the_group_plugs_keys_in():
    run("groupadd", "-f", "--system", GROUP)
    run(plugged.ANYKEY, "plug", "--install-udev", "--yes", "--group", GROUP)
    run("udevadm", "settle")
    # Where nobody in particular may run it.
    Path.cwd().chmod(0o777)
    shutil.copy(plugged.ANYKEY, "anykey")
    plug = [Path("anykey").absolute(), "plug", "passkey", "--control", f"unix:{Path('control').absolute()}"]
    somebody = ["setpriv", "--reuid=65534", "--clear-groups"]
    told = run(*somebody, "--regid=65534", *plug, status=None)
    check("no right to /dev/uhid" in told, "who is not in the group is told something else")
    start(*somebody, f"--regid={grp.getgrnam(GROUP).gr_gid}", *plug).until("^ready uhid /dev/hidraw")
