"""One key over USB/IP, attached by the kernel's own vhci_hcd: what other rooms do over uhid."""

import errno
import os
import subprocess
import time
from pathlib import Path

import device
import libfido2
import openssh
import pam_u2f
from fido2.ctap2 import Ctap2
from fido2.hid import CtapHidDevice, open_device

from stage import case, check, run
from stage.tool import LONG

for same in (
    libfido2.is_listed,
    libfido2.tells_what_it_is,
    libfido2.pin_is_set_and_changed,
    libfido2.registers_and_logs_in,
    libfido2.registers_and_logs_in_by_u2f,
    libfido2.verifies_its_user,
    libfido2.resident_credentials_are_listed_used_and_deleted,
    libfido2.reset_forgets_everything,
    openssh.ecdsa_sk_logs_in_by_touch_alone,
    pam_u2f.a_touch_logs_in,
    device.messages_that_fit_in_the_ring_come_back,
    device.messages_as_slow_as_a_bus_come_back,
    device.latency,
):
    case("passkey", room="usbip", port="usbip")(same)


@case("passkey", port="usbip")
def discovery(key):
    found = [each.descriptor for each in CtapHidDevice.list_devices()]
    check(key.node in [each.path for each in found], found)


@case("passkey", port="usbip")
def long_messages_come_back_at_full_speed(key):
    client = open_device(key.node)
    for reports in (32, 70, 129):
        message = bytes(n % 251 for n in range(57 + (reports - 1) * 59))
        check(client.ping(message) == message, f"{len(message)} bytes come back changed")
    check("FIDO_2_1" in Ctap2(client).info.versions, "another key answers")
    client.close()


@case("passkey", port="usbip")
def is_gone_after_sigterm(key):
    node = key.node
    key.process.terminate()
    check(key.process.wait(LONG) == 0, "it did not end well")
    late = time.monotonic() + LONG
    while os.path.exists(node) and time.monotonic() < late:
        time.sleep(0.05)
    check(not os.path.exists(node), f"there is still {node}")


@case("passkey", port="usbip")
def is_what_the_kernel_says(key):
    ids = subprocess.run(["usbip", "port"], capture_output=True, text=True, check=True).stdout
    check("1209:0001" in ids, ids)
    run("fido2-token", "-I", key.node)


@case("passkey", port="usbip")
def is_the_same_after_the_port_was_suspended(key):
    credential, _ = libfido2.register(key)
    # hidraw, HID device, interface, USB device.
    power = Path("/sys/class/hidraw", Path(key.node).name, "device").resolve().parents[1] / "power"
    (power / "autosuspend_delay_ms").write_text("0")
    (power / "control").write_text("auto")
    for nth in (1, 2):
        becomes_suspended(power)
        libfido2.log_in(key, credential, "-p")
        check(int((power / "runtime_suspended_time").read_text()) > 0, f"suspend {nth} is not counted")


@case("passkey", port="usbip", own_machine=True)
def keeps_the_machine_from_sleeping(key):
    # The kernel only tries it, with all devices, and wakes up after some seconds where that goes well.
    Path("/sys/power/pm_test").write_text("devices")
    try:
        Path("/sys/power/state").write_text("freeze")
    except OSError as error:
        check(error.errno == errno.EBUSY, error)
    else:
        raise AssertionError("it slept: vhci_hcd used to refuse while a device is attached")
    run("fido2-token", "-I", key.node)


def becomes_suspended(power):
    """Waits until the kernel has suspended an USB device that nobody has open."""
    late = time.monotonic() + LONG
    while (status := (power / "runtime_status").read_text().strip()) != "suspended":
        check(time.monotonic() < late, f"the kernel leaves it {status}")
        time.sleep(0.05)
