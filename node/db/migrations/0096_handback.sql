-- 0096_handback: a bag of an earlier contractor taken in (KP-3-調達-4): one row an import, and the
-- old log with what is not used here (registry of the federation, deletions that number the old
-- log's leaves), verbatim in sealed pieces, so that it goes out again. The rows of the bag come in
-- by handback_put(), with the owner's rights, and only in the transaction that wrote the import's
-- own row. Lock: none on existing tables. Undo: DROP the functions and the two tables.
CREATE TABLE handback_import (
    id        uuid PRIMARY KEY,
    at        timestamptz NOT NULL,
    bag       text NOT NULL CHECK (bag ~ '^[0-9a-f]{128}$'),
    origin    text NOT NULL,
    node      uuid NOT NULL,
    contract  uuid,
    log_size  bigint NOT NULL CHECK (log_size >= 0),
    log_root  text NOT NULL CHECK (log_root ~ '^[0-9a-f]{64}$'),
    log_key   text NOT NULL,
    first_seq bigint NOT NULL CHECK (first_seq >= 0),
    last_seq  bigint NOT NULL,
    n_records bigint NOT NULL CHECK (n_records >= 0)
);
COMMENT ON COLUMN handback_import.first_seq IS 'own leaves of the imported rows: first_seq to last_seq';

CREATE TABLE handback_piece (
    id              uuid PRIMARY KEY,
    handback_import uuid NOT NULL,
    path            text NOT NULL,
    n               integer NOT NULL CHECK (n >= 0),
    bytes_sealed    bytea NOT NULL,
    UNIQUE (handback_import, path, n)
);
ALTER TABLE handback_piece ALTER COLUMN bytes_sealed SET STORAGE EXTERNAL;
COMMENT ON COLUMN handback_piece.path IS 'below data/ of the bag it came in';
GRANT SELECT, INSERT ON handback_import, handback_piece TO ibasho_app;

-- Which of these tables are not empty: '' is the only answer under which an import goes on. From
-- here to COMMIT foreign keys wait, so that tables come in any order.
CREATE FUNCTION handback_begin(import uuid, tables text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    name    text;
    is_full boolean;
    full_of text := '';
    fk      record;
BEGIN
    PERFORM FROM public.handback_import
    WHERE id = import AND xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no import of this transaction';
    END IF;
    FOREACH name IN ARRAY string_to_array(tables, ',') LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO is_full;
        IF is_full THEN
            full_of := full_of || CASE WHEN full_of = '' THEN '' ELSE ', ' END || name;
        END IF;
    END LOOP;
    IF full_of = '' THEN
        FOR fk IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
                  WHERE contype = 'f' AND NOT condeferrable
                    AND connamespace = 'public'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE', fk.owner, fk.conname);
        END LOOP;
        SET CONSTRAINTS ALL DEFERRED;
    END IF;
    RETURN full_of;
END
$$;
REVOKE ALL ON FUNCTION handback_begin(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION handback_begin(uuid, text) TO ibasho_app;

-- Rows of one table, with these columns. What the log and the node itself are made of is no
-- table of a bag.
CREATE FUNCTION handback_put(import uuid, target text, columns text, rows json) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    list text;
    n    bigint;
BEGIN
    PERFORM FROM public.handback_import
    WHERE id = import AND xmin = pg_current_xact_id()::xid;
    IF NOT FOUND OR target IN ('schema_migration', 'node_identity', 'audit_leaf',
                               'audit_checkpoint', 'audit_deletion', 'handback_piece') THEN
        RAISE EXCEPTION 'no import of this transaction';
    END IF;
    SELECT string_agg(quote_ident(c), ', ') INTO list
    FROM unnest(string_to_array(columns, ',')) AS c;
    EXECUTE format('INSERT INTO public.%1$I (%2$s) SELECT %2$s'
                   ' FROM json_populate_recordset(NULL::public.%1$I, $1)', target, list)
    USING rows;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;
REVOKE ALL ON FUNCTION handback_put(uuid, text, text, json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION handback_put(uuid, text, text, json) TO ibasho_app;
