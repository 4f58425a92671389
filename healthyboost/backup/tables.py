"""The rows of the database: out of one snapshot, and in again exactly as they were."""

import hashlib

from .archive import BackupError, part_of

# Who had been signed in signs in again, and what was counted for a minute is counted anew.
# django_migrations says what has been done to this database: its own business.
LEFT_OUT = {"django_migrations", "django_session", "usersessions_usersession", "cache"}
LEFT_OUT |= {"limits_count", "operations_process"}
# Numbers given after the backup stand in mails and links that are signed: nobody else gets them.
GAP = 10_000
OWN = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {oid} AND d.deptype = 'e')"
FIND_TABLES = f"""
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attgenerated = ''
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
  AND {OWN.format(oid="c.oid")}
GROUP BY c.relname ORDER BY c.relname
"""
FIND_ROUTINES = f"""
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace AND {OWN.format(oid="p.oid")}
"""
FIND_SEQUENCES = """
SELECT sequencename, last_value, data_type = 'bigint'::regtype FROM pg_sequences
WHERE schemaname = current_schema() ORDER BY sequencename
"""
# The same text for the same value, whatever the server or the account is set to.
PLAIN_FORMS = """
SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';
SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1;
SET LOCAL synchronize_seqscans = off; SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0
"""


def quoted(*names):
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def tables_of(cursor):
    """{name: [column]} of the tables whose rows are kept."""
    cursor.execute(FIND_TABLES)
    return {name: columns for name, columns in cursor.fetchall() if name not in LEFT_OUT}


def migrations_of(cursor):
    """[(app, name)] of what has been applied; none where there is no portal."""
    cursor.execute("SELECT to_regclass('django_migrations')")
    if cursor.fetchone()[0] is None:
        return []
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    return cursor.fetchall()


# Out


def hold_still(cursor, tables):
    """First in a transaction: locks against changes of tables, of which no snapshot knows, then it."""
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    cursor.execute("SET LOCAL lock_timeout = '60s'")
    cursor.execute(f"LOCK TABLE {quoted(*tables)} IN ACCESS SHARE MODE")


def dump(cursor, writer, tables, tell):
    """Into the archive; what its manifest says of the database. `tables` are those that are locked."""
    if tables_of(cursor) != tables:
        raise BackupError("The tables are just being changed (`migrate`): try again after that.")
    cursor.execute(PLAIN_FORMS)
    facts = {"migrations": migrations_of(cursor), "tables": {}}
    cursor.execute(FIND_SEQUENCES)
    facts["sequences"] = {name: value for name, value, _large in cursor.fetchall()}
    for table, columns in tables.items():
        with writer.part(part_of(table)) as write:
            rows = copy_out(cursor, table, columns, write)
        facts["tables"][table] = {"columns": columns, "rows": rows}
        tell(table)
    return facts


def copy_out(cursor, table, columns, write):
    with cursor.copy(f"COPY {quoted(table)} ({quoted(*columns)}) TO STDOUT") as copy:
        for piece in copy:
            write(piece)
    return cursor.rowcount


# In


def drop_all(cursor):
    """Tables and functions of the portal; extensions stay."""
    cursor.execute(FIND_TABLES)
    if names := [name for name, _columns in cursor.fetchall()]:
        cursor.execute(f"DROP TABLE {quoted(*names)} CASCADE")
    cursor.execute(FIND_ROUTINES)
    for (routine,) in cursor.fetchall():
        cursor.execute(f"DROP ROUTINE IF EXISTS {routine} CASCADE")
    cursor.execute(FIND_SEQUENCES)
    if names := [name for name, *_rest in cursor.fetchall()]:
        cursor.execute(f"DROP SEQUENCE {quoted(*names)} CASCADE")


def load(cursor, archive, tell):
    """Into tables that `migrate` has just made: no trigger fires, every constraint is checked."""
    there = tables_of(cursor)
    names = [name for name in archive.tables if name in there]
    for name in names:
        if odd := set(archive.tables[name]["columns"]) ^ set(there[name]):
            raise BackupError(
                f"The table {name} of the archive does not fit: {', '.join(sorted(odd))}."
            )
    cursor.execute(PLAIN_FORMS)
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for name in there:  # foreign keys stay: they are checked when all is there
        cursor.execute(f"ALTER TABLE {quoted(name)} DISABLE TRIGGER USER")
    cursor.execute(FIND_TABLES)
    every = [name for name, _columns in cursor.fetchall() if name != "django_migrations"]
    cursor.execute(f"TRUNCATE {quoted(*every)}")
    for name in names:
        load_table(cursor, archive, name)
        tell(name)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in there:
        cursor.execute(f"ALTER TABLE {quoted(name)} ENABLE TRIGGER USER")
    go_on_counting(cursor, archive.manifest["sequences"])
    return sorted(archive.tables.keys() - there.keys())


def load_table(cursor, archive, name):
    """COPY in, and out again to compare: the same bytes, or all of it is undone."""
    columns, part = archive.tables[name]["columns"], part_of(name)
    with cursor.copy(f"COPY {quoted(name)} ({quoted(*columns)}) FROM STDIN") as copy:
        for chunk in archive.chunks(part):
            copy.write(chunk)
    digest = hashlib.sha256()
    rows = copy_out(cursor, name, columns, digest.update)
    wanted = archive.tables[name]["rows"], archive.parts[part]["sha256"]
    if (rows, digest.hexdigest()) != wanted:
        raise BackupError(f"The table {name} is not what the archive holds, after it was loaded.")


def go_on_counting(cursor, before):
    cursor.execute(FIND_SEQUENCES)
    for name, _value, is_large in cursor.fetchall():
        if (last := before.get(name)) is not None:
            cursor.execute(
                "SELECT setval(%s::regclass, %s)",
                [quoted(name), last + (GAP if is_large else 0)],
            )


def rows_of(archive, table, *columns):
    """Some columns of a table in the archive, without a database; values without line breaks."""
    fact = archive.tables.get(table)
    if not fact or not set(columns) <= set(fact["columns"]):
        return []
    places = [fact["columns"].index(column) for column in columns]
    lines = b"".join(archive.chunks(part_of(table))).decode().split("\n")[:-1]
    return [tuple(line.split("\t")[place] for place in places) for line in lines]
