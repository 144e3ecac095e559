"""The machine on which tests run: the one in QEMU, or this one."""

import os
import subprocess

# Those that make devices here: for uhid, for the nodes, and for LUKS.
MODULES = ("uhid", "hid_generic", "dm_crypt")


def is_own():
    """Whether the machine was started for the tests, and all that is done to it goes away with it."""
    return "ANYKEY_IN_MACHINE" in os.environ


def ready():
    """Loads the modules; in a machine of its own also what a running system has and an image may lack."""
    for module in MODULES:
        load(module)
    if is_own():
        os.makedirs("/run/sshd", exist_ok=True)
        with open("/etc/passwd", "r+", encoding="utf-8") as users:
            if "\nsshd:" not in users.read():
                users.write("sshd:x:998:65534::/run/sshd:/usr/sbin/nologin\n")


def load(module):
    """Loads a module of the kernel; one that is built in is there already."""
    subprocess.run(["modprobe", module], check=True)
