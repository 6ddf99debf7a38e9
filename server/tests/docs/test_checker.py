"""The checker of pages finds planted mistakes, and lets their lawful neighbors pass."""

from pathlib import Path

import pytest
from docs.names import find_broken_links, find_unknown_names
from docs.pages import Page
from docs.session import Session
from harness.server import Server

CALL = 'curl -sS "$LICENSEAPI_API_BASE/v1/me" -H "Authorization: Bearer $LICENSEAPI_API_KEY"'
# A page, and a part of what must be said against it.
WRONG = [
    ("```\necho\n```", "no check for the language ''"),
    ("```ruby\nputs 1\n```", "no check for the language 'ruby'"),
    ("```sh\necho 1", "no check for the language 'unclosed'"),
    ("~~~\necho\n~~~", "no check for the language ''"),
    ("```sh\nfalse\n```", "page.md:1: ended with code 1"),
    ("```sh\ntrue\n```\n```sh\nfalse | cat\n```", "page.md:4: ended with code 1"),
    ("```sh\necho $UNSET\n```", "unbound variable"),
    ("```python\nraise SystemExit(3)\n```", "ended with code 3"),
    ("```js\nprocess.exit(4);\n```", "ended with code 4"),
    ("```js\nconst sdk = require('licenseapi');\nawait sdk;\n```", "ended with code 1"),
    ('```sh\ncurl -sS "$LICENSEAPI_API_BASE/v1/me"\n```', "it printed a problem document"),
    (f'```sh\n{CALL}\n```\n```json\n{{"object": "me"}}\n```', "/scopes: not on the page"),
    (f'```sh\n{CALL}\n```\n```json\n{{"…": "…", "seat": 1}}\n```', "/seat: not in the answer"),
    (f'```sh\n{CALL}\n```\n```json\n{{"…": "…", "mode": "test"}}\n```', "gave 'live'"),
    (f'```sh\n{CALL}\n```\n```json\n{{"…": "…", "product_ids": [1]}}\n```', "the server gave 0"),
    ('```sh\necho 1 2\n```\n```json\n{"a": 1}\n```', "did not print one JSON document"),
    ('```json\n{"a": 1,}\n```', "not JSON"),
    ("```sh\necho one\n```\n```text\ntwo\n```", "but this came out:\none"),
    ("```console\nhello\n```", "hello is no command that may only be shown"),
    ("```console\n$ make money\n```", "no target money"),
    ("```console\n$ licenseapi-server serve --colour\n```", "unrecognized arguments: --colour"),
    ("```console\n$ licenseapi-server fly\n```", "invalid choice: 'fly'"),
    ("```console\n$ curl example.com\n```", "curl is no command that may only be shown"),
    ("```console\n$ export SEATS=3\n```", "no test gives SEATS"),
    ("```console\n$ pip install ./sdk/cobol\n```", "no such path"),
    ("```console\n$ make serve\nHello\n```", "but this came out"),
    ("```console\n$ LICENSEAPI_COLOR=1 make serve\n```", "no setting LICENSEAPI_COLOR"),
    ("```ini\nnonsense\n```", "not a line of a unit"),
    ("```nginx\nserver { listen 443 }\nlocation / {\n```", "braces or semicolons"),
    ("```python\n# app.py\nprint(1)\n```", "nothing runs app.py"),
]
RIGHT = [
    f'```sh\n{CALL}\n```\nYou see:\n```json\n{{"object": "me", "…": "…"}}\n```',
    "```sh\na=1\n```\n```sh\necho $a\n```\n```text\n1\n```",
    "```sh\necho one\n```\n## Next\n```text\na drawing\n```",
    "```python\n# app.py\nprint(1)\n```\n```sh\npython3 app.py\n```\n```text\n1\n```",
    "```console\n$ make serve\n…\nLicense-API is ready at http://127.0.0.1:8000\n```",
    "```console\n$ export SPARE_PORT=8001\n```",
]
WRONG_PROSE = [
    ("Set `LICENSEAPI_COLOR`.", "no setting LICENSEAPI_COLOR"),
    ("Say `--colour`.", "no option --colour"),
    ("Run `licenseapi-server fly`.", "no command fly"),
    ("Type `make money`.", "no target money"),
    ("Send `POST /v1/seats`.", "no such operation"),
    ("Call `licenses.fly`.", "no such operation"),
    ("It needs `licenses:fly`.", "no such scope"),
    ("The code is `BROKEN`.", "no such code"),
    ("Read `seat_color`.", "no such name"),
]
RIGHT_PROSE = (
    "`LICENSEAPI_BASE_URL`, `LICENSEAPI_PEPPER_FILE`, `LICENSEAPI_LOG`, `--tls-cert`, "
    "`licenseapi-server create-api-key`, `make docs`, `POST /v1/licenses/{id}/suspend`, "
    "`GET /v1/licenses?limit=1`, `licenses.validate`, `licenses:read`, `GRACE_PERIOD`, "
    "`expires_at`, `require_valid`, `echo`"
)


def _run(text: str, server: Server, folder: Path) -> str:
    page = Page("page.md", text)
    return "\n".join(Session(page, folder, server, server.create_account("Acme")).run())


@pytest.mark.parametrize(("text", "said"), WRONG, ids=lambda value: None)
def test_a_planted_mistake_is_found(
    text: str, said: str, first_start: Server, tmp_path: Path
) -> None:
    """Each kind of block has one that its check refuses."""
    assert said in _run(text, first_start, tmp_path)


@pytest.mark.parametrize("text", RIGHT, ids=lambda value: None)
def test_its_lawful_neighbor_passes(text: str, first_start: Server, tmp_path: Path) -> None:
    """So that the checker does not simply refuse everything."""
    assert _run(text, first_start, tmp_path) == ""


@pytest.mark.parametrize(("text", "said"), WRONG_PROSE, ids=lambda value: None)
def test_a_name_that_nothing_has_is_found(text: str, said: str, first_start: Server) -> None:
    """A renamed option or field must not live on in prose."""
    description = first_start.client().get("/v1/openapi.json").text
    assert said in "\n".join(find_unknown_names(Page("page.md", text), description))
    assert find_unknown_names(Page("page.md", RIGHT_PROSE), description) == []


def test_broken_links_are_found() -> None:
    """A file that moved, and a heading that was renamed."""
    text = "[a](docs/nowhere.md) [b](docs/glossary.md#nothing) [c](docs/glossary.md#glossary)"
    assert find_broken_links(Page("page.md", text)) == [
        "no such file: docs/nowhere.md",
        "no such heading: docs/glossary.md#nothing",
    ]
