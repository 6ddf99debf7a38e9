"""Everything that a server has written anywhere: what a thief of backups and logs would read."""

from pathlib import Path

import psycopg

from harness.server import Server


def dump_database(server: Server) -> bytes:
    """Every byte of the embedded files, or every row of every table on PostgreSQL."""
    if not server.database_url:
        return b"".join(path.read_bytes() for path in server.data_dir.glob("*.sqlite3*"))
    rows: list[bytes] = []
    with psycopg.connect(server.database_url) as database:
        tables = database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (table,) in tables:
            with database.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:  # type: ignore[call-overload]
                rows += [bytes(piece) for piece in copy]
    return b"".join(rows)


def dump_processes(server: Server) -> bytes:
    """What `ps` shows everyone of the server and its workers."""
    assert server.process is not None
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return b"".join(Path(f"/proc/{one}/cmdline").read_bytes() for one in (str(pid), *children))


def holds(dump: bytes, secret: str) -> bool:
    """Whether the text stands in it, plainly or as the hexadecimal of a binary column."""
    return secret.encode() in dump or secret.encode().hex().encode() in dump
