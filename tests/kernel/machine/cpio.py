"""An archive that the kernel unpacks as its first root: cpio, format newc."""


class Archive:
    """Files, in the order in which they were added."""

    def __init__(self):
        self.parts, self.count = [], 0

    def folder(self, name):
        self._add(name, 0o040755, b"")

    def file(self, name, data, mode=0o755):
        self._add(name, 0o100000 | mode, data)

    def link(self, name, target):
        self._add(name, 0o120777, target.encode())

    def bytes(self):
        """The whole archive."""
        return b"".join([*self.parts, _entry(0, "TRAILER!!!", 0, b"")])

    def _add(self, name, mode, data):
        self.count += 1
        self.parts.append(_entry(self.count, name, mode, data))


def _entry(number, name, mode, data):
    path = name.encode() + b"\0"
    # ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
    numbers = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08x" % value for value in numbers) + path
    return _padded(head) + _padded(data)


def _padded(data):
    return data + bytes(-len(data) % 4)
