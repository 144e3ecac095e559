"""A key that the kernel has: plugged.Key on a port of the operating system, with a log of what it says."""

import time
from pathlib import Path

import plugged

from stage import place
from stage.tool import LONG, run


class Key(plugged.Key):
    """A key on uhid or attached by USB/IP, for a `with` block; it is touched at once where nothing else is said."""

    def __init__(self, model, port="uhid", touch="after:1ms", arguments=(), log=None):
        super().__init__(model, port=port, touch=touch, arguments=arguments, log=log)

    def __enter__(self):
        if self.port == "usbip":
            place.load("vhci_hcd")
        super().__enter__()
        if self.port == "usbip":
            _, server, bus, *_ = self.address.split()
            host, _, port = server.rpartition(":")
            run("usbip", "--tcp-port", port, "attach", "-r", host, "-b", bus)
            attached()
        return self

    @property
    def node(self):
        """The device by which programs find it."""
        return attached() if self.port == "usbip" else super().node


def attached():
    """The node of the one device that is attached by USB/IP, as soon as it is there."""
    late = time.monotonic() + LONG
    while time.monotonic() < late:
        for facts in Path("/sys/class/hidraw").glob("*/device/uevent"):
            node = Path("/dev") / facts.parts[4]
            if "HID_PHYS=usb-vhci_hcd" in facts.read_text() and node.exists():
                return str(node)
        time.sleep(0.05)
    raise AssertionError("no driver takes what is attached by USB/IP")
