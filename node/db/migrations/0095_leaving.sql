-- 0095_leaving: a contract's end (AI-7.2-1). town_key: the municipality's certificate, for which the
-- bag is sealed and which its signatures are checked with. leaving_paper: what the town signed and
-- handed in: commitments to planted names at the start, the order to erase at the end. leaving_step:
-- the journal of leaving up to the order, line by line; the file DATA/leaving/steps.jsonl has the same
-- lines. Leaves of the audit log, all three: added and read, never changed.
-- Lock: none on existing tables. Undo: DROP all three.
SET LOCAL lock_timeout = '2s';

CREATE TABLE town_key (
    id          uuid PRIMARY KEY,
    version     integer NOT NULL UNIQUE CHECK (version >= 1),
    certificate text NOT NULL CHECK (length(certificate) <= 16384),
    sha256      text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    decided_at  timestamptz NOT NULL,
    decided_by  uuid,
    role        text NOT NULL
);
COMMENT ON COLUMN town_key.sha256 IS 'of the certificate''s DER: the fingerprint that is printed';

CREATE TABLE leaving_paper (
    id       uuid PRIMARY KEY,
    kind     text NOT NULL CHECK (kind IN ('canaries', 'order')),
    node     uuid NOT NULL,
    bag      text NOT NULL,
    n_named  integer NOT NULL CHECK (n_named >= 0),
    document text NOT NULL CHECK (length(document) <= 131072),
    at       timestamptz NOT NULL,
    given_by uuid,
    role     text NOT NULL,
    CHECK ((kind = 'order') = (bag <> ''))
);
COMMENT ON COLUMN leaving_paper.n_named IS 'planted names it commits to, or opens';
CREATE INDEX leaving_paper_by_kind ON leaving_paper (kind, node, at);

CREATE TABLE leaving_step (
    id    uuid PRIMARY KEY,
    node  uuid NOT NULL,
    n     integer NOT NULL CHECK (n >= 1),
    step  text NOT NULL CHECK (step IN ('active', 'drain', 'exported', 'receipted', 'grace', 'ordered')),
    at    timestamptz NOT NULL,
    actor text NOT NULL,
    line  text NOT NULL,
    UNIQUE (node, n)
);
COMMENT ON COLUMN leaving_step.node IS 'rows of an earlier node come along when its bag is loaded';

GRANT SELECT, INSERT ON town_key, leaving_paper, leaving_step TO ibasho_app;
