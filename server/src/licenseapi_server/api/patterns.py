"""Shapes of texts: what a field must match, and the sentence to say when it does not."""

from typing import Annotated, Any

from msgspec import Meta

# Python's `$` lets a last line break through, which JSON Schema's does not.
END = r"(?!\n)"
_SENTENCES: dict[str, str] = {}


def shaped(pattern: str, sentence: str, **bounds: Any) -> Meta:
    """A text that matches `pattern` (`^…$`) from end to end; `sentence` begins with "must"."""
    whole = f"{pattern}{END}"
    _SENTENCES[repr(whole)] = sentence
    return Meta(pattern=whole, **bounds)


def sentence_of(shown_pattern: str) -> str | None:
    """What to say of a text that does not match the pattern, which is given as its repr."""
    return _SENTENCES.get(shown_pattern)


EMAIL = shaped(r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$", "must be an address like dora@example.com")
Email = Annotated[str, Meta(max_length=254), EMAIL]
