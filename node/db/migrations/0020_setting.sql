-- 0020_setting: the municipality's settings as decisions (HI-3.3-9). Append-only: the application
-- role can neither change nor delete a row. Lock: none on existing tables. Undo: DROP TABLE setting.
CREATE TABLE setting (
    id             uuid PRIMARY KEY,
    name           text NOT NULL,
    version        integer NOT NULL CHECK (version >= 1),
    undoes         integer CHECK (undoes >= 1 AND undoes < version),
    value          text,
    value_before   text,
    effective_from timestamptz NOT NULL,
    decided_at     timestamptz NOT NULL,
    role           text NOT NULL,
    account        uuid,
    UNIQUE (name, version)
);
GRANT SELECT, INSERT ON setting TO ibasho_app;
