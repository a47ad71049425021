"""The local store's tables, as the steps that make them. A step, once released, never changes."""

from __future__ import annotations

from typing import Final

from clinicdesk.core.store.sqlcipher import Connection

STEPS: Final[tuple[str, ...]] = (
    """
    -- What this file is: format, server, clinic, member.
    CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- The working set: bodies as they travelled, in this member's view. Without a rowid the rows of
    -- a kind lie together however they came, and reading a kind decrypts no other's pages.
    CREATE TABLE row (
        kind TEXT NOT NULL,
        id   BLOB NOT NULL,
        v    INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (kind, id)
    ) WITHOUT ROWID;

    -- How far along the clinic's log the rows are, and with which rights. One line at most.
    CREATE TABLE cursor (
        only   INTEGER PRIMARY KEY CHECK (only = 1),
        clinic BLOB NOT NULL,
        epoch  TEXT NOT NULL,
        seq    INTEGER NOT NULL,
        access TEXT NOT NULL,
        scopes TEXT NOT NULL
    );

    -- Commands in the order they were given. `version` is what If-Match says, once it is known.
    CREATE TABLE outbox (
        n         INTEGER PRIMARY KEY AUTOINCREMENT,
        op_id     BLOB NOT NULL UNIQUE,
        aggregate BLOB NOT NULL,
        command   BLOB NOT NULL,
        context   BLOB NOT NULL,
        at        TEXT NOT NULL,
        state     TEXT NOT NULL,
        version   INTEGER,
        answer    BLOB,
        seen      INTEGER NOT NULL DEFAULT 0
    );

    CREATE TABLE notice (
        id   BLOB PRIMARY KEY,
        at   TEXT NOT NULL,
        body BLOB NOT NULL,
        read INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE INDEX notice_by_time ON notice (at);

    -- What was typed and is not a command yet.
    CREATE TABLE scratch (key TEXT PRIMARY KEY, body BLOB NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;

    -- The formulary, fetched in pages. `after` is where an unfinished fetch goes on.
    CREATE TABLE formulary_state (
        formulary_id BLOB PRIMARY KEY,
        revision     INTEGER NOT NULL,
        after        TEXT
    ) WITHOUT ROWID;
    CREATE TABLE medicine (
        n    INTEGER PRIMARY KEY,
        id   BLOB NOT NULL UNIQUE,
        name TEXT NOT NULL,
        body BLOB NOT NULL
    );
    CREATE INDEX medicine_by_name ON medicine (name);
    CREATE VIRTUAL TABLE medicine_words USING fts5 (
        words, content = '', contentless_delete = 1, prefix = '2 3',
        tokenize = "unicode61 remove_diacritics 2"
    );
    """,
    """
    -- A snapshot is written beside the rows that are in use, as another generation; the cursor says
    -- which generation counts, so that taking one in place of the other is a single small write.
    CREATE TABLE row_by_generation (
        generation INTEGER NOT NULL,
        kind       TEXT NOT NULL,
        id         BLOB NOT NULL,
        v          INTEGER NOT NULL,
        body       BLOB NOT NULL,
        PRIMARY KEY (generation, kind, id)
    ) WITHOUT ROWID;
    INSERT INTO row_by_generation (generation, kind, id, v, body)
        SELECT 0, kind, id, v, body FROM row ORDER BY kind, id;
    DROP TABLE row;
    ALTER TABLE row_by_generation RENAME TO row;
    ALTER TABLE cursor ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;

    -- Families settled before this moment are not among the rows (`contract.working_set`).
    ALTER TABLE cursor ADD COLUMN settled_before TEXT;

    -- Families of which the log brought a part, the rest having been let go: to be fetched.
    CREATE TABLE family_wanted (prescription_id BLOB PRIMARY KEY) WITHOUT ROWID;
    """,
    """
    -- Products are found by what their barcode says.
    ALTER TABLE medicine ADD COLUMN gtin TEXT;
    CREATE INDEX medicine_by_gtin ON medicine (gtin) WHERE gtin IS NOT NULL;
    """,
    """
    -- Medicines, prices and safety rules are all fetched in pages by revision.
    CREATE TABLE catalogue_state (
        list_id  BLOB PRIMARY KEY,
        revision INTEGER NOT NULL,
        after    TEXT
    ) WITHOUT ROWID;
    INSERT INTO catalogue_state (list_id, revision, after)
        SELECT formulary_id, revision, after FROM formulary_state;
    DROP TABLE formulary_state;

    CREATE TABLE price (
        id              BLOB PRIMARY KEY,
        price_list_id   BLOB NOT NULL,
        medicine_id     BLOB NOT NULL,
        price_minor     INTEGER NOT NULL,
        currency        TEXT NOT NULL,
        effective_from  TEXT NOT NULL,
        effective_until TEXT
    ) WITHOUT ROWID;
    CREATE INDEX price_by_medicine ON price (medicine_id, price_list_id, effective_from);

    CREATE TABLE safety_rule (
        id          BLOB PRIMARY KEY,
        rule_set_id BLOB NOT NULL,
        kind        TEXT NOT NULL,
        subject     TEXT NOT NULL,
        other       TEXT NOT NULL,
        body        BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX safety_rule_by_subject ON safety_rule (subject, other, kind);
    """,
    """
    -- Products are found by the code that the clinic's list gives them. What cannot be read any
    -- more is fetched anew, with its code.
    ALTER TABLE medicine ADD COLUMN code TEXT COLLATE NOCASE;
    UPDATE medicine SET code = json_extract(CAST(body AS TEXT), '$.code')
        WHERE json_valid(CAST(body AS TEXT));
    CREATE INDEX medicine_by_code ON medicine (code);
    """,
)

FORMAT: Final = len(STEPS)


def format_of(connection: Connection) -> int:
    """How many steps a file has taken, 0 for a new one. Raises StoreError on a wrong key."""
    found = connection.execute("PRAGMA user_version").fetchone()
    return int(found[0]) if found else 0


def migrate(connection: Connection) -> None:
    """Take the steps that the file has not taken, each in one transaction."""
    for step in range(format_of(connection), FORMAT):
        connection.executescript(
            f"BEGIN IMMEDIATE; {STEPS[step]}; PRAGMA user_version = {step + 1}; COMMIT"
        )
