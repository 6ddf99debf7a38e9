"""Names that pages use, checked against what exists: targets, commands, settings, scopes, codes."""

import argparse
import contextlib
import io
import re
import shlex
from pathlib import Path

from docs.pages import ROOT, Block, Page
from licenseapi_server.api.runtime import validation_fields
from licenseapi_server.cli.main import make_parser
from licenseapi_server.domain.license_state import STATUSES

PROMPT = "$ "
SERVER_COMMANDS = ("licenseapi-server", ".venv/bin/licenseapi-server")
# What a console block may show beside our own commands. Each needs a machine of its own.
FOREIGN = {
    ".venv/bin/pip",
    "cd",
    "createdb",
    "createuser",
    "git",
    "npm",
    "pip",
    "pg_dump",
    "pg_restore",
    "systemctl",
}
# What a reader sets by hand and a test gives in the environment.
PLACEHOLDERS = {"LICENSEAPI_API_BASE", "LICENSEAPI_API_KEY", "SPARE_PORT", "DATABASE_URL"}
VARIABLE = re.compile(r"\b(?:LICENSEAPI_[A-Z_]*[A-Z]|DATABASE_URL(?:_FILE)?)\b")
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
ASSIGNMENT = re.compile(r"[A-Z_]+=")


def _reference(name: str) -> str:
    return (ROOT / "docs/reference" / name).read_text()


def _first_cells(name: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", _reference(name), re.MULTILINE))


def _sources(*folders: str) -> str:
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.[jp][sy]")))
    return "\n".join(path.read_text() for path in paths)


SDK_TEXT = _sources("sdk/python/src", "sdk/node/lib")
SETTINGS = _first_cells("settings.md")
SECRETS = set(re.findall(r"^\| `(\w+)` \|.* Secret\. \|", _reference("settings.md"), re.MULTILINE))
VARIABLES = SETTINGS | {f"{name}_FILE" for name in SECRETS} | set(VARIABLE.findall(SDK_TEXT))
SCOPES = _first_cells("scopes.md")
OPERATIONS = _first_cells("operations.md")
NOUNS = {name.partition(".")[0] for name in OPERATIONS}
REQUESTS = re.findall(r"\| `([A-Z]+ /v1[^`]*)` \|", _reference("operations.md"))
CODES = set(re.findall(r"\| `([A-Z_]+)` \|", _reference("validation-codes.md")))
NOTED = validation_fields.Warning
WARNINGS = {one.code for one in vars(validation_fields).values() if isinstance(one, NOTED)}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
TARGETS = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def _commands() -> dict[str, set[str]]:
    """Each subcommand's options."""
    group = next(
        action
        for action in make_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return {
        name: {option for action in command._actions for option in action.option_strings}
        for name, command in group.choices.items()
    }


COMMANDS = _commands()
OPTIONS = {option for options in COMMANDS.values() for option in options} | {"--version"}


def find_unknown_variables(text: str) -> list[str]:
    """Settings that neither the server nor an SDK has."""
    return [f"no setting {name}" for name in VARIABLE.findall(text) if name not in VARIABLES]


def find_wrong_commands(block: Block) -> list[str]:
    """What a console block shows and nobody could type. Without a prompt every line is typed."""
    lines = block.text.replace("\\\n", " ").splitlines()
    prompted = [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]
    commands = prompted or [line for line in lines if line.strip()]
    return [problem for command in commands for problem in _check_command(command)]


def _check_command(command: str) -> list[str]:
    words = shlex.split(command, comments=True)
    if words[0] == "export":
        given = words[1].partition("=")[0]
        return [] if given in PLACEHOLDERS else [f"no test gives {given} in the environment"]
    while words and ASSIGNMENT.match(words[0]):
        words.pop(0)
    words = words[1:] if words[0] == "sudo" else words
    missing = [
        f"no such path: {word}"
        for word in words
        if word.startswith("./") and not (ROOT / word).exists()
    ]
    return missing + _check_words(words)


def _check_words(words: list[str]) -> list[str]:
    if words[0] == "make":
        targets = [word for word in words[1:] if "=" not in word]
        return [f"no target {target}" for target in targets if target not in TARGETS]
    if words[0] in SERVER_COMMANDS:
        return find_wrong_arguments(words[1:])
    return [] if words[0] in FOREIGN else [f"{words[0]} is no command that may only be shown"]


def find_wrong_arguments(words: list[str]) -> list[str]:
    """What the server's command line says against these arguments."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            make_parser().parse_args(words)
    except SystemExit as end:
        return [said.getvalue().strip()] if end.code else []
    return []


def find_unknown_names(page: Page, known_text: str) -> list[str]:
    """Names in a page's prose that nothing has. `known_text`: the API's own description."""
    words = set(re.findall(r"\w+", known_text + SDK_TEXT))
    problems = find_unknown_variables(page.text)
    for span in SPAN.findall(page.prose):
        problems += [f"`{span}`: {problem}" for problem in _check_span(span, words)]
    return problems


def _check_span(span: str, words: set[str]) -> list[str]:
    first, *rest = span.split()
    if first == "make":
        return [f"no target {word}" for word in rest if "=" not in word and word not in TARGETS]
    if first in SERVER_COMMANDS or span.startswith("--"):
        return _check_mention(span)
    if re.fullmatch(r"(GET|POST|PATCH|DELETE) /v1\S*", span):
        return [] if _is_request(span) else ["no such operation"]
    return _check_word(span, words)


def _check_mention(span: str) -> list[str]:
    """A command that prose mentions need not be whole, but what is there must exist."""
    options = re.findall(r"(?<!\S)--[a-z-]+", span)
    wrong = [f"no option {option}" for option in options if option not in OPTIONS]
    words = [word for word in span.split()[1:2] if word[0] not in "-…" and word != "COMMAND"]
    if not span.startswith("--"):
        wrong += [f"no command {word}" for word in words if word not in COMMANDS]
    return wrong


def _is_request(span: str) -> bool:
    asked = span.partition("?")[0]
    return any(
        re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(known)), asked) for known in REQUESTS
    )


def _check_word(span: str, words: set[str]) -> list[str]:
    if re.fullmatch(r"[a-z_]+:[a-z_]+", span):
        return [] if span in SCOPES else ["no such scope"]
    if re.fullmatch(r"[a-z_]+\.[a-z_]+", span) and span.partition(".")[0] in NOUNS:
        is_known = span in OPERATIONS or span.partition(".")[2] in words
        return [] if is_known else ["no such operation"]
    if re.fullmatch(r"[A-Z]{3,}(_[A-Z]+)*", span) and not VARIABLE.fullmatch(span):
        return [] if span in CODES | WARNINGS | PLACEHOLDERS | METHODS else ["no such code"]
    if re.fullmatch(r"[a-z]+(_[a-z]+)+", span):
        return [] if span in words or span in STATUSES else ["no such name in API or SDK"]
    return []


def find_broken_links(page: Page) -> list[str]:
    """Relative links to nowhere, and anchors that no heading has."""
    broken = []
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)", page.prose):
        path, _, anchor = target.partition("#")
        file = (ROOT / page.name).parent / path if path else ROOT / page.name
        if not file.exists():
            broken.append(f"no such file: {target}")
        elif anchor and anchor not in _anchors(file):
            broken.append(f"no such heading: {target}")
    return broken


def _anchors(file: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
