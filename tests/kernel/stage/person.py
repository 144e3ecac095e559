"""What a person types."""

from stage.tool import run

PIN, OTHER = "1234", "another PIN"


def typed(*pins):
    """The answers of a person who is asked for these PINs, by whatever tool."""
    return [(r"(?i)enter [^\n]*PIN[^:\n]*: ?", pin) for pin in pins]


def set_pin(key, pin=PIN):
    """Gives a new key its first PIN."""
    run("fido2-token", "-S", key.node, answers=typed(pin, pin))
