"""A key that the kernel has: plugged.Key on a port of the operating system, with a log of what it says."""

import plugged


class Key(plugged.Key):
    """A key on uhid, for a `with` block; everything is touched at once where nothing else is said."""

    def __init__(self, model, port="uhid", touch="after:1ms", arguments=(), log=None):
        super().__init__(model, port=port, touch=touch, arguments=arguments, log=log)
