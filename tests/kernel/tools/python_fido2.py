"""python-fido2: what tests/python does over sockets, through the kernel; and that it finds keys by itself."""

import unittest

from fido2.hid import CtapHidDevice

from stage import case, check, tool

ROOMS = ("test_ceremonies", "test_pin", "test_management", "test_u2f")
NAMES = {"passkey": "AnyKey passkey key", "yubikey-4": "Yubikey 4 OTP+U2F+CCID", "no-uv": "AnyKey touch-only key"}


@case(*NAMES)
def discovery(key):
    found = {device.descriptor.path: device for device in CtapHidDevice.list_devices()}
    check(key.node in found, f"{key.node} is not among {list(found)}")
    check(found[key.node].product_name.endswith(NAMES[key.model]), found[key.node].product_name)


def of(test):
    """One of those tests, as one of ours."""

    def perform():
        result = unittest.TestResult()
        test.run(result)
        for _, trouble in result.failures + result.errors:
            tool.log(trouble)
        check(result.wasSuccessful(), f"{len(result.failures + result.errors)} times not as it should be, see above")
        check(result.testsRun == 1, "it did not run")

    room = type(test).__module__.removeprefix("test_")
    perform.__name__ = f"{room}_{test._testMethodName.removeprefix('test_')}"
    perform.__module__ = __name__
    case()(perform)


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            each(test)
        else:
            of(test)


each(unittest.defaultTestLoader.loadTestsFromNames(ROOMS))
