-- 0023_file: one row a sealed file on disk (node/db/files.h). The name is sealed; the checksum is
-- keyed, so that nobody can prove from it what a file says. owner is the subject of the key: a
-- person, class or record. Lock: none on existing tables. Undo: DROP TABLE file.
CREATE TABLE file (
    id          uuid PRIMARY KEY,
    key_kind    text NOT NULL CHECK (key_kind IN ('person', 'class', 'record')),
    owner       uuid NOT NULL,
    n_bytes     bigint NOT NULL CHECK (n_bytes >= 0),
    media_type  text NOT NULL,
    sum         bytea NOT NULL CHECK (octet_length(sum) = 32),
    name_sealed bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    lost_at     timestamptz
);
CREATE INDEX file_by_owner ON file (owner);
COMMENT ON COLUMN file.lost_at IS 'UTC instant a sweep first missed the bytes; NULL while they are there';
GRANT SELECT, INSERT, UPDATE, DELETE ON file TO ibasho_app;
