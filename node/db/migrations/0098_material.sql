-- 0098_material: the register of what the contractor received from the commissioner (AI-8-3): what, from
-- whom, where it is kept and what became of it. Both tables are leaves: added and read, never changed; a
-- correction is a new row that replaces another, and the newest mark counts.
-- Lock: SHARE on access_record for one index over its exports. Undo: drop the index, both tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE material (
    id             uuid PRIMARY KEY,
    at             timestamptz NOT NULL,
    by             uuid NOT NULL,
    by_role        text NOT NULL,
    replaces       uuid UNIQUE,
    form           text NOT NULL CHECK (form IN ('paper', 'file', 'media', 'device', 'other')),
    received_on    date NOT NULL,
    what_sealed    bytea NOT NULL,
    from_sealed    bytea NOT NULL,
    place_sealed   bytea NOT NULL,
    purpose_sealed bytea NOT NULL
);
COMMENT ON COLUMN material.id IS 'made by the client: a request that is sent again is known';
COMMENT ON COLUMN material.replaces IS 'the row that this one corrects; each is corrected once';

CREATE TABLE material_mark (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    by          uuid NOT NULL,
    by_role     text NOT NULL,
    material    uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('returned', 'destroyed', 'erased', 'reopened')),
    done_on     date NOT NULL,
    note_sealed bytea
);
COMMENT ON COLUMN material_mark.kind IS 'reopened: the mark before it was wrong';
CREATE INDEX material_mark_of ON material_mark (material, at, id);
CREATE INDEX access_record_exports ON access_record (at, id) WHERE action = 'export';

GRANT SELECT, INSERT ON material, material_mark TO ibasho_app;
