"""The machine on which tests run: the one in QEMU, or this one."""

import os
import pwd
import subprocess

# What makes devices of keys.
MODULES = ("uhid", "hid_generic")
USER = "anykey-tests"


def is_own():
    """Whether the machine was started for the tests, and all that is done to it goes away with it."""
    return "ANYKEY_IN_MACHINE" in os.environ


def ready():
    """Loads the modules; in a machine of its own also what a running system has and an image may lack."""
    for module in MODULES:
        load(module)
    if is_own():
        for folder in ("/run/sshd", "/run/systemd/ask-password"):
            os.makedirs(folder, exist_ok=True)
        with open("/etc/passwd", "r+", encoding="utf-8") as users:
            known = users.read()
            if "\nsshd:" not in known:
                users.write("sshd:x:998:65534::/run/sshd:/usr/sbin/nologin\n")
            if f"\n{USER}:" not in known:
                users.write(f"{USER}:x:997:65534::/:/bin/sh\n")


def user():
    """Who logs in here: in a machine of its own somebody without a shell's settings, which may take long."""
    return USER if is_own() else pwd.getpwuid(os.getuid()).pw_name


def load(module):
    """Loads a module of the kernel; one that is built in is there already."""
    subprocess.run(["modprobe", module], check=True)
