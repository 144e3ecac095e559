"""The machine on which tests run: the one in QEMU, or this one."""

import os
import pwd
import shutil
import subprocess

# What makes devices of keys, and what for.
MODULES = {"uhid": "keys without a bus", "hid_generic": "nodes for keys"}
BY_USB = {"vhci_hcd": "keys by USB/IP"}
# Rooms that need more than that.
USB_ROOMS = {"usbip"}
UDEV_ROOMS = {"udev", "browsers"}
SSHD_ROOMS = {"openssh"}
USER = "anykey-tests"


def is_own():
    """Whether the machine was started for the tests, and all that is done to it goes away with it."""
    return "ANYKEY_IN_MACHINE" in os.environ


def missing(rooms):
    """Loads the modules; what else the rooms want and this machine lacks, a line each."""
    if os.geteuid() != 0:
        return ["the rights of root: they make devices"]
    if not shutil.which("modprobe"):
        return ["modprobe, of Debian's package kmod"]
    lines = []
    for module, use in (MODULES | (BY_USB if USB_ROOMS & rooms else {})).items():
        told = subprocess.run(["modprobe", module], capture_output=True, text=True)
        if told.returncode != 0:
            lines.append(f"the kernel's module {module}, for {use}: {told.stderr.strip()}")
    if UDEV_ROOMS & rooms and not os.path.exists("/run/udev/control"):
        lines.append(f"a running udevd, for {', '.join(sorted(UDEV_ROOMS & rooms))}")
    if SSHD_ROOMS & rooms and not has_sshd_user():
        lines.append("what sshd wants, for openssh: the folder /run/sshd and a user sshd")
    return lines


def has_sshd_user():
    return os.path.isdir("/run/sshd") and any(user.pw_name == "sshd" for user in pwd.getpwall())


def furnish():
    """Makes in a machine of its own what a running system has and an image may lack."""
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
