"""The pages of the documentation: their fenced blocks, and the prose between them."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*(.*?)\s*$")
HEADING = re.compile(r"^#{1,6} ")
SAVED_AS = re.compile(r"# ([a-z_]+\.py)\n")
RUN = ("sh", "python", "js")


@dataclass(frozen=True)
class Block:
    """A fenced block: `line` is its fence's; `follows`: no heading parts it from the one before."""

    language: str
    text: str
    line: int
    follows: bool

    @property
    def saved_as(self) -> str | None:
        """The file that a Python block says it is: kept for a later command, not run."""
        found = SAVED_AS.match(self.text) if self.language == "python" else None
        return found[1] if found else None

    @property
    def is_run(self) -> bool:
        """Whether this block has an output of its own."""
        return self.language in RUN and self.saved_as is None


@dataclass(frozen=True)
class Page:
    """One Markdown file; `name` is its path in the repository."""

    name: str
    text: str

    @cached_property
    def blocks(self) -> list[Block]:
        """Its fenced blocks, in order. One that is never closed has the language `unclosed`."""
        return self._parts[0]

    @property
    def prose(self) -> str:
        """Everything outside the blocks."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[list[Block], str]:
        blocks: list[Block] = []
        prose: list[str] = []
        lines = enumerate(self.text.splitlines(), 1)
        is_parted = True
        for number, line in lines:
            opening = FENCE.match(line)
            if opening is None:
                prose.append(line)
                is_parted = is_parted or HEADING.match(line) is not None
                continue
            inner = []
            language = "unclosed"
            for _, body in lines:
                if body.strip() == opening[1]:
                    language = opening[2]
                    break
                inner.append(body)
            text = "\n".join(inner) + "\n"
            blocks.append(Block(language, text, number, not is_parted))
            is_parted = False
        return blocks, "\n".join(prose)


def read_page(path: Path) -> Page:
    """A page of this repository."""
    return Page(path.relative_to(ROOT).as_posix(), path.read_text())


WRITTEN = [
    read_page(path)
    for folder, pattern in (
        (ROOT, "*.md"),
        (ROOT / "sdk", "*/README.md"),
        (ROOT / "docs", "**/*.md"),
    )
    for path in sorted(folder.glob(pattern))
    if path.parent.name != "reference"
]
GENERATED = [read_page(path) for path in sorted((ROOT / "docs/reference").glob("*.md"))]
