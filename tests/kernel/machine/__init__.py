"""A machine with a kernel of its own: Debian's, in QEMU, over the files of this one."""
