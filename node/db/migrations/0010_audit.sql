-- 0010_audit: the audit log (NI-T3-8): leaves, checkpoints, the access record, lawful deletions.
-- The application role may add and read, nothing else. The one narrow way to take something away
-- is audit_destroy(): it runs with the owner's rights, takes no rows from its caller but the id of
-- a deletion record, and works only when that record and its leaf were written in the very same
-- transaction. So there is no destroyed salt without a leaf that says by which rule.
-- Lock: none on existing tables. Undo: DROP the function and the four tables.
CREATE TABLE audit_leaf (
    seq        bigint PRIMARY KEY CHECK (seq >= 0),
    kind       text NOT NULL,
    at_us      bigint NOT NULL,
    table_name text NOT NULL,
    row_id     uuid NOT NULL,
    salt       bytea CHECK (octet_length(salt) = 16),
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
    leaf_hash  bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
    UNIQUE (row_id, table_name)
);
COMMENT ON COLUMN audit_leaf.salt IS 'NULL once the row was lawfully deleted';

CREATE TABLE audit_checkpoint (
    size     bigint PRIMARY KEY CHECK (size > 0),
    root     bytea NOT NULL CHECK (octet_length(root) = 32),
    frontier bytea NOT NULL CHECK (octet_length(frontier) % 32 = 0),
    note     text NOT NULL
);
COMMENT ON COLUMN audit_checkpoint.frontier IS
    'roots of the complete subtrees, widest first; trusted only as far as they fold to a signed root';

CREATE TABLE access_record (
    id            uuid PRIMARY KEY,
    at            timestamptz NOT NULL,
    route         text NOT NULL,
    role          text NOT NULL,
    account       uuid,
    operator_name text,
    address       text NOT NULL,
    object        uuid,
    person        uuid,
    action        text NOT NULL CHECK (action IN ('read', 'change', 'export', 'refused')),
    outcome       text NOT NULL,
    purpose       text NOT NULL
);
CREATE INDEX access_record_by_time ON access_record (at, id);
CREATE INDEX access_record_by_account ON access_record (account, at, id) WHERE account IS NOT NULL;
CREATE INDEX access_record_by_person ON access_record (person, at, id) WHERE person IS NOT NULL;

CREATE TABLE audit_deletion (
    id         uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    rule       text NOT NULL,
    table_name text NOT NULL,
    n_rows     integer NOT NULL CHECK (n_rows > 0),
    seqs       text NOT NULL
);
COMMENT ON COLUMN audit_deletion.seqs IS 'leaves whose salts were destroyed: 12-15,20';

GRANT SELECT, INSERT ON audit_leaf, audit_checkpoint, access_record, audit_deletion TO ibasho_app;

-- Destroys the salts the deletion names; rows of the access record go with them, but only past
-- their term of five years (NI-T3-8: no role can delete before its term). Returns the number of
-- salts destroyed, -1 when the term is not over.
CREATE FUNCTION audit_destroy(deletion uuid) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    d       public.audit_deletion;
    listed  bigint[];
    n       bigint;
    this_tx xid := pg_current_xact_id()::xid;
BEGIN
    SELECT * INTO d FROM public.audit_deletion WHERE id = deletion AND xmin = this_tx;
    IF NOT FOUND OR d.table_name = 'audit_deletion' OR NOT EXISTS (
        SELECT FROM public.audit_leaf
        WHERE row_id = deletion AND table_name = 'audit_deletion' AND kind = 'log.deletion'
          AND xmin = this_tx) THEN
        RAISE EXCEPTION 'no deletion record of this transaction';
    END IF;
    SELECT array_agg(s) INTO listed
    FROM unnest(string_to_array(d.seqs, ',')) AS r,
         generate_series(split_part(r, '-', 1)::bigint,
                         coalesce(nullif(split_part(r, '-', 2), ''), r)::bigint) AS s;
    IF d.table_name = 'access_record' THEN
        IF EXISTS (
            SELECT FROM public.audit_leaf l JOIN public.access_record a ON a.id = l.row_id
            WHERE l.seq = ANY (listed) AND l.table_name = 'access_record'
              AND a.at > now() - interval '5 years') THEN
            RETURN -1;
        END IF;
        DELETE FROM public.access_record a USING public.audit_leaf l
        WHERE a.id = l.row_id AND l.seq = ANY (listed) AND l.table_name = 'access_record';
    END IF;
    UPDATE public.audit_leaf SET salt = NULL
    WHERE seq = ANY (listed) AND table_name = d.table_name AND salt IS NOT NULL;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;
REVOKE ALL ON FUNCTION audit_destroy(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_destroy(uuid) TO ibasho_app;
