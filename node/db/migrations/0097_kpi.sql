-- 0097_kpi: the figures of each month (KP-2-1 ... KP-2-5, KP-0-1), counted once and kept: numbers
-- alone, nobody's id. Undo: DROP TABLE kpi_cell, kpi_month.
SET LOCAL lock_timeout = '2s';

-- Leaves of the audit log: added and read.
CREATE TABLE kpi_month (
    id       uuid PRIMARY KEY,
    month_at timestamptz NOT NULL,
    version  integer NOT NULL CHECK (version >= 1),
    made_at  timestamptz NOT NULL,
    n_cells  integer NOT NULL CHECK (n_cells >= 0),
    sum      bytea NOT NULL CHECK (octet_length(sum) = 32),
    UNIQUE (month_at, version)
);
COMMENT ON COLUMN kpi_month.month_at IS 'when the month began, in Tokyo';
COMMENT ON COLUMN kpi_month.version IS 'of the set of definitions';
COMMENT ON COLUMN kpi_month.sum IS 'SHA-256 over the canonical form of its cells';

CREATE TABLE kpi_cell (
    month uuid NOT NULL,
    n     integer NOT NULL CHECK (n >= 0),
    kpi   text NOT NULL,
    part  text NOT NULL CHECK (part IN ('all', 'elementary', 'junior', 'other')),
    num   bigint NOT NULL CHECK (num >= 0),
    den   bigint NOT NULL CHECK (den >= 0),
    PRIMARY KEY (month, n),
    UNIQUE (month, kpi, part)
);
COMMENT ON COLUMN kpi_cell.num IS 'of a share: so many of den; a count; a median of days';
COMMENT ON COLUMN kpi_cell.den IS 'pupils it was counted of';

GRANT SELECT, INSERT ON kpi_month, kpi_cell TO ibasho_app;
