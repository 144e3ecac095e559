"""The device that the kernel makes of a key: it comes and goes, and carries what it should."""

import os
import re
import statistics
import time

from fido2.ctap import CtapError
from fido2.ctap2 import Ctap2
from fido2.hid import CTAPHID

from stage import Key, case, check, note, run, start

# 31 reports: 57 bytes are in the first of a message, 59 in each further one. The kernel keeps so many for a key.
FITS = 57 + 30 * 59
# From one report to the next, in seconds; a machine that is emulated and busy may look away for thirty times this.
PACE = 0.01


@case()
def two_keys_at_once():
    with Key("passkey") as one, Key("yubikey-4") as other:
        listed = run("fido2-token", "-L")
        check(f"{one.node}: vendor=0x1209" in listed and f"{other.node}: vendor=0x1050" in listed, "not both are listed")
        for key, number in ((one, 1), (other, 2)) * 2:
            check(key.connect().ping(bytes([number])) == bytes([number]), "a ping comes back from elsewhere")
        info = Ctap2(one.connect()).info
        check("FIDO_2_1" in info.versions, info.versions)
        gone = one.node
        one.control("ctl unplug")
        check(not os.path.exists(gone), f"{gone} is there after its key was unplugged")
        check(other.connect().ping(b"still there") == b"still there", "the other does not answer")


@case("passkey", "yubikey-4", "no-uv")
def is_gone_after_sigterm(key):
    node = key.node
    check(os.path.exists(node), f"there is no {node}")
    key.process.terminate()
    check(key.process.wait(30) == 0, "it did not end well")
    check(not os.path.exists(node), f"there is still {node}")
    check(f"{node}:" not in run("fido2-token", "-L"), "it is still listed")


@case("passkey", "yubikey-4", "no-uv", touch="never")
def unplugged_while_it_waits_for_a_touch(key):
    node = key.node
    with open("wish", "w", encoding="utf-8") as wish:
        wish.write(f"{'A' * 43}=\nexample.org\nann\nYW5u\n")
    tool = start("fido2-cred", "-M", "-i", "wish", node)
    check("touch" in key.ask("ctl wait"), "it does not ask for a touch")
    key.control("ctl unplug")
    status, said = tool.ended()
    # It is waiting for the key's word or has something to tell it, such as to cancel.
    check(status != 0 and re.search("fido_dev_make_cred: FIDO_ERR_[RT]X", said), f"the tool ends with {status}: {said}")
    check(not os.path.exists(node), f"{node} is still there")
    key.control("ctl up auto")
    key.control("ctl plug")
    run("fido2-cred", "-M", "-i", "wish", key.node)


@case("passkey", "yubikey-4", "no-uv")
def messages_that_fit_in_the_ring_come_back(key):
    device = key.connect()
    for length in (1, 57, 58, 116, 117, FITS):
        message = bytes(n % 251 for n in range(length))
        check(device.ping(message) == message, f"{length} bytes come back changed")


@case("passkey", "yubikey-4", "no-uv")
def longer_messages_come_back_or_are_refused(key):
    device = key.connect()
    for reports in (32, 70, 129):
        message = bytes(n % 251 for n in range(57 + (reports - 1) * 59))
        try:
            check(device.ping(message) == message, f"{len(message)} bytes come back changed")
            note(f"{reports} reports at once: all came")
        except CtapError as error:
            # The kernel dropped some.
            note(f"{reports} reports at once: {error}")
        check(device.ping(b"well?") == b"well?", "the key does not answer any more")


@case("passkey", "yubikey-4", "no-uv")
def messages_as_slow_as_a_bus_come_back(key):
    device = key.connect()
    write = device._connection.write_packet

    def paced(packet):
        write(packet)
        time.sleep(PACE)

    device._connection.write_packet = paced
    for reports in (32, 70, 129):
        message = bytes(n % 251 for n in range(57 + (reports - 1) * 59))
        check(device.ping(message) == message, f"{len(message)} bytes come back changed")


@case("passkey", "yubikey-4")
def latency(key):
    device = key.connect()
    asked = [("ping", 1000, lambda: device.ping(b"hello"))]
    if key.model == "passkey":
        asked.append(("getInfo", 100, lambda: device.call(CTAPHID.CBOR, b"\x04")))
    for what, times, ask in asked:
        took = []
        for _ in range(times):
            begin = time.monotonic()
            ask()
            took.append(1000 * (time.monotonic() - begin))
        took.sort()
        median, last = statistics.median(took), took[int(0.99 * times)]
        note(f"{what}, {times} times: median {median:.2f} ms, 99th percentile {last:.2f} ms, longest {took[-1]:.2f} ms")
