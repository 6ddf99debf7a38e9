"""The command line: what each command takes. An expected failure is one sentence, exit code 1."""

import argparse
import os
import sys
from collections.abc import Sequence

from licenseapi_server import __version__
from licenseapi_server.cli import account_commands, audit_commands, mail_commands, serve_commands
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.quotas import PLANS
from licenseapi_server.domain.scopes import GRANTABLE_SCOPES
from licenseapi_server.serving.running import StartError
from licenseapi_server.settings import ROLES, SETTINGS, SettingError, unknown_variables

# Command-line options that say the same as a variable; an option wins.
SHARED = ("data_dir", "database_url", "host", "port", "workers", "roles")


def _settings_help() -> str:
    lines = ["settings (environment variables; secrets also as files named by …_FILE):"]
    for setting in SETTINGS:
        default = "" if setting.default in {"", b"", ()} else f" [{_shown(setting.default)}]"
        lines.append(f"  {setting.environment_variable:34} {setting.help}{default}")
    return "\n".join(lines)


def _shown(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _add_database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", help="directory of the embedded database and the secrets")
    parser.add_argument("--database-url", help="PostgreSQL instead of the embedded database")


def make_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="licenseapi-server",
        description="License-API: a self-hostable licensing server.",
        epilog=_settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"licenseapi-server {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_accounts(commands)
    _add_audit(commands)
    for name, text, run in (
        ("migrate", "bring the database up to date", serve_commands.migrate),
        ("check-config", "check the settings and show them", serve_commands.check_config),
    ):
        command = commands.add_parser(name, help=text)
        _add_database(command)
        command.set_defaults(run=run)
    mail = commands.add_parser("send-test-email", help="send a mail, to see that it arrives")
    mail.add_argument("--to", required=True, metavar="ADDRESS")
    mail.set_defaults(run=mail_commands.send_test_email)
    return parser


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser("serve", help="run the server")
    _add_database(serve)
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", help="port to listen on (8000)")
    serve.add_argument("--workers", help="number of processes (1)")
    serve.add_argument("--roles", help=f"what to run ({','.join(ROLES)})")
    serve.add_argument("--tls-cert", metavar="FILE", help="certificate chain, PEM")
    serve.add_argument("--tls-key", metavar="FILE", help="private key, PEM")
    serve.add_argument(
        "--with-first-account",
        action="store_true",
        help="create an account and print its key if the database has none",
    )
    serve.set_defaults(run=serve_commands.serve)


def _add_accounts(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    account = commands.add_parser("create-account", help="create an account with its first keys")
    _add_database(account)
    account.add_argument("--name", required=True)
    account.add_argument("--email", required=True, help="the owner's address")
    account.add_argument("--plan", default="developer", help=f"one of {', '.join(PLANS)}")
    account.add_argument("--json", action="store_true", help="one JSON object on standard output")
    account.set_defaults(run=account_commands.create_account)

    key = commands.add_parser("create-api-key", help="create an API key with scopes of your choice")
    _add_database(key)
    key.add_argument("--account", required=True, metavar="ACCOUNT_ID")
    key.add_argument("--mode", choices=("live", "test"), default="live")
    key.add_argument(
        "--type", choices=("secret", "restricted", "publishable"), default="restricted"
    )
    key.add_argument("--name", required=True)
    key.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="SCOPE",
        choices=sorted(GRANTABLE_SCOPES),
        help="may be repeated; on a secret key: what it is given beyond its own",
    )
    key.add_argument("--json", action="store_true", help="one JSON object on standard output")
    key.set_defaults(run=account_commands.create_api_key)


def _add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "verify, seal or export the records of who changed what"
    audit = commands.add_parser("audit", help=text)
    _add_database(audit)
    audit.add_argument("action", choices=("verify", "seal", "export"))
    audit.add_argument("--account", default="", metavar="ACCOUNT_ID", help="of this account alone")
    audit.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="ACCOUNT:NUMBER:SEAL",
        help="a line that an earlier verification printed: it must still hold; may be repeated",
    )
    audit.set_defaults(run=audit_commands.audit)


def _warn_of_unknown_variables() -> None:
    for name, meant in unknown_variables(os.environ).items():
        hint = f": did you mean {meant}?" if meant else "."
        sys.stderr.write(f"licenseapi-server: {name} is not a setting and has no effect{hint}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    for name in SHARED:
        value = getattr(options, name, None)
        if value is not None:
            variable = "DATABASE_URL" if name == "database_url" else f"LICENSEAPI_{name.upper()}"
            os.environ[variable] = value
    _warn_of_unknown_variables()
    # Whatever is created now holds what no other user of this machine should read.
    os.umask(0o077)
    try:
        return int(options.run(options))
    except (SettingError, StartError) as error:
        sys.stderr.write(f"licenseapi-server: {error}\n")
    except Problem as problem:
        sys.stderr.write(f"licenseapi-server: {problem.detail}\n")
    except KeyboardInterrupt:
        return 130
    return 1
