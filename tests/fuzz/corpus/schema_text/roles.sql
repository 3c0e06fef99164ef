-- 0001_roles_and_ledger: what may touch the schema, and which steps it has taken.
-- ibasho owns everything and migrates; ibasho_app serves, with what each step grants it table by
-- table: a table nobody thought about is closed. ops/lib/cluster.sh makes both roles.
-- Lock: none (an empty database). Undo: drop the table.
SET LOCAL lock_timeout = '2s';

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ibasho_app;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE schema_migration (
    number     integer     PRIMARY KEY CHECK (number > 0),
    name       text        NOT NULL UNIQUE,
    sha256     text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE schema_migration IS 'steps of the schema, one row each; never changed';
COMMENT ON COLUMN schema_migration.sha256 IS 'of the step''s file: an applied step cannot change';

GRANT SELECT ON schema_migration TO ibasho_app;
