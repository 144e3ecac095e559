"""Debian's kernel, unpacked and not installed: the image as QEMU boots it fastest, and the modules."""

import lzma
import platform
import struct
import subprocess
import zlib
from pathlib import Path

from machine import apt

# The package that stands for the newest one. Debian's cloud kernel has neither 9p nor vhci_hcd.
PACKAGE = "linux-image-amd64"


class Kernel:
    """A kernel's files below a folder."""

    def __init__(self, tree):
        images = sorted(tree.glob("boot/vmlinuz-*"))
        if len(images) != 1:
            raise apt.Missing(f"{tree} has {len(images)} kernels")
        self.tree, self.packed = tree, images[0]
        self.version = self.packed.name.removeprefix("vmlinuz-")
        # Where / and /usr are one, packages may name either.
        self.root = tree if (tree / "lib/modules").is_dir() else tree / "usr"
        self.modules = self.root / "lib/modules" / self.version
        if not (self.modules / "modules.dep").exists():
            subprocess.run(["depmod", "-b", self.root, self.version], check=True)

    def image(self):
        """The unpacked kernel, an ELF file: an emulated processor would unpack it for seconds."""
        image = self.tree / "boot" / f"vmlinux-{self.version}"
        if not image.exists():
            new = image.with_suffix(".new")
            new.write_bytes(unpacked(self.packed.read_bytes()))
            new.rename(image)
        return image

    def with_dependencies(self, *names):
        """The files of modules, each after what it needs. What is built in has none."""
        needs = {}
        for line in (self.modules / "modules.dep").read_text().splitlines():
            file, _, others = line.partition(":")
            needs[module(file)] = [file, *others.split()]
        built_in = {module(file) for file in (self.modules / "modules.builtin").read_text().split()}
        files = {}
        for name in names:
            if name in built_in:
                continue
            if name not in needs:
                raise apt.Missing(f"the kernel {self.version} has no module {name}")
            # The last one is needed by those before it.
            files.update(dict.fromkeys(reversed(needs[name])))
        return [self.modules / file for file in files]


def fetched(place):
    """The kernel below `place`, fetched if it is not there."""
    if platform.machine() != "x86_64":
        raise apt.Missing("the machine in QEMU is an x86_64 one; on another, `tests/kernel/run --here` may do")
    why = "a kernel with uhid and vhci_hcd, booted in QEMU; it is not installed"
    return Kernel(apt.unpack(apt.depended_on(PACKAGE), place, why))


def module(file):
    """The name of a module in this file."""
    return file.rpartition("/")[2].partition(".")[0].replace("-", "_")


def contents(file):
    """A module as the kernel loads it."""
    data = file.read_bytes()
    return lzma.decompress(data) if file.suffix == ".xz" else data


def unpacked(image):
    """The ELF kernel in a bzImage: its place stands in the header (Documentation/arch/x86/boot.rst)."""
    sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (sectors + 1) * 512 + offset
    payload = image[start : start + length]
    if payload.startswith(b"\xfd7zXZ\0"):
        # Behind the stream stands its length, which is no part of it.
        kernel = lzma.LZMADecompressor().decompress(payload)
    elif payload.startswith(b"\x1f\x8b"):
        kernel = zlib.decompressobj(31).decompress(payload)
    elif payload.startswith(b"\x28\xb5\x2f\xfd"):
        kernel = subprocess.run(["zstd", "-dcq"], input=payload[:-4], stdout=subprocess.PIPE, check=True).stdout
    else:
        raise apt.Missing(f"the kernel is packed in an unknown manner: {payload[:6].hex()}")
    if not kernel.startswith(b"\x7fELF"):
        raise apt.Missing("what is in the kernel's image is no ELF file")
    return kernel
