"""The machine in QEMU: the host's files to read, one folder to write, no network."""

import os
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path

from machine import apt, cpio, kernel

HERE = Path(__file__).parent
# What the root needs; everything else is loaded from there.
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay")


class Broken(Exception):
    """The machine did not do what it was started for."""


def run(command, logs, cache, limit, memory, cores=2):
    """Runs a command (a list of words) in a new machine and returns its exit status. What it prints is printed here.

    `logs` is the one folder that it writes to, `limit` is in seconds, `memory` in MiB.
    """
    linux, busybox = install(cache)
    logs.mkdir(parents=True, exist_ok=True)
    status = logs / "status"
    status.unlink(missing_ok=True)
    (logs / "modules").write_text(f"{linux.modules}\n")
    (logs / "command").write_text(f"cd {shlex.quote(os.getcwd())}\nexec {shlex.join(command)}\n")
    (logs / "initramfs").write_bytes(first_root(linux, busybox / "bin/busybox"))
    accelerator = acceleration()
    print(f"Booting Linux {linux.version} in QEMU ({accelerator.partition(',')[0]})", flush=True)
    ended = watched(qemu(linux, logs, accelerator, memory, cores), limit)
    if not status.exists():
        raise Broken(f"the machine ended without a status: {ended}")
    return int(status.read_text())


def install(cache):
    """What a machine takes; its kernel, and the folder with the first program in it."""
    apt.install(apt.wanted(HERE / "packages"))
    linux = kernel.fetched(cache)
    # Not installed: it would take the place of the package busybox.
    return linux, apt.unpack("busybox-static", cache, "the first program in the machine, which needs no library")


def qemu(linux, logs, accelerator, memory, cores):
    """QEMU's command line."""
    words = ["quiet", "console=ttyS0", "panic=-1", "mitigations=off", "nokaslr", "tsc=reliable", "no_timer_check"]
    words += ["random.trust_cpu=on", f"anykey.logs={logs}", f"anykey.start={HERE / 'start'}"]
    command = ["qemu-system-x86_64", "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot"]
    command += ["-machine", "pc", "-accel", accelerator, "-cpu", "max", "-smp", str(cores), "-m", str(memory)]
    command += ["-kernel", str(linux.image()), "-initrd", str(logs / "initramfs"), "-append", " ".join(words)]
    command += ["-serial", "stdio", "-device", "virtio-rng-pci"]
    for name, path, rights in [("host", "/", "readonly=on,multidevs=remap"), ("logs", logs, "readonly=off")]:
        command += ["-fsdev", f"local,id={name},path={path},security_model=none,{rights}"]
        command += ["-device", f"virtio-9p-pci,fsdev={name},mount_tag={name}"]
    return command


def watched(command, limit):
    """Runs QEMU, prints what the machine says, and returns how it ended."""
    late = threading.Event()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as machine:

        def stop():
            late.set()
            machine.kill()

        timer = threading.Timer(limit, stop)
        timer.start()
        try:
            for line in machine.stdout:
                sys.stdout.write(line.decode(errors="replace").replace("\r", ""))
                sys.stdout.flush()
        except BaseException:
            machine.kill()
            raise
        finally:
            timer.cancel()
    return f"it was stopped after {limit} s" if late.is_set() else f"QEMU ended with {machine.returncode}"


def acceleration():
    """KVM where the processor has it: the device alone may be there, open, and then do nothing."""
    flags = re.search(r"^flags.*\b(vmx|svm)\b", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    if flags and os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "kvm"
    return "tcg,thread=multi,tb-size=512"


def first_root(linux, busybox):
    """The archive that the kernel starts from."""
    archive = cpio.Archive()
    for name in ("bin", "dev", "host", "layer", "modules", "proc", "root"):
        archive.folder(name)
    archive.file("bin/busybox", busybox.read_bytes())
    for nth, file in enumerate(linux.with_dependencies(*MODULES)):
        archive.file(f"modules/{nth:02}-{kernel.module(file.name)}", kernel.contents(file))
    archive.file("init", (HERE / "init").read_bytes())
    return archive.bytes()
