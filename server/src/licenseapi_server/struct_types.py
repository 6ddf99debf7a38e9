"""Has msgspec learn our Structs while there is one thread.

It learns a type when it first decodes one, and another thread that meets the type meanwhile
sees half of it: the process dies of a null pointer (msgspec 0.22, Python 3.11).
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

PACKAGE = "licenseapi_server."


def learn_structs() -> None:
    """Have every Struct of this package learned that has been imported so far."""
    for kind in _find_below(msgspec.Struct):
        if kind.__module__.startswith(PACKAGE):
            # One that holds what JSON cannot is never decoded.
            with suppress(TypeError):
                msgspec.json.Decoder(kind)


def _find_below(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _find_below(each)
