-- 0093_ending: the end of one person (NI-2.3.4-4b, KP-3-安全-3): who asked for it and why, what a person
-- decided about the places in others' records that name the one who goes, and the proof of what was done.
-- Request and steps are leaves: added and read, never changed. Mentions are found anew before every
-- execution and go with the person.
-- Lock: none on existing tables. Undo: drop the functions ending_*, then the tables in turn.
SET LOCAL lock_timeout = '2s';

CREATE TABLE ending (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    by          uuid NOT NULL,
    by_role     text NOT NULL,
    person      uuid NOT NULL,
    reason      text NOT NULL CHECK (reason IN ('withdrawal', 'objection', 'past_term')),
    asked_by    text NOT NULL CHECK (asked_by IN ('child', 'guardian', 'school', 'board')),
    due_at      timestamptz,
    note_sealed bytea
);
COMMENT ON COLUMN ending.id IS 'made by the client: a request that is sent again is known';
COMMENT ON COLUMN ending.due_at IS 'not before; NULL: as soon as it is confirmed';
CREATE INDEX ending_by_person ON ending (person, at);

CREATE TABLE ending_step (
    id       uuid PRIMARY KEY,
    at       timestamptz NOT NULL,
    ending   uuid NOT NULL REFERENCES ending,
    by       uuid,
    by_role  text NOT NULL,
    kind     text NOT NULL
        CHECK (kind IN ('searched', 'decided', 'confirmed', 'cancelled', 'held', 'begun', 'done')),
    mention  uuid,
    decision text CHECK (decision IN ('keep', 'mask', 'delete')),
    facts    text NOT NULL DEFAULT '',
    note     text NOT NULL DEFAULT '',
    CONSTRAINT ending_step_decided CHECK ((kind = 'decided') = (mention IS NOT NULL)
                                          AND (kind = 'decided') = (decision IS NOT NULL)),
    CONSTRAINT ending_step_note CHECK ((kind = 'done') = (note <> ''))
);
COMMENT ON COLUMN ending_step.facts IS 'canonical JSON: ids, codes, counts and paths, never a name';
COMMENT ON COLUMN ending_step.note IS 'signed note over the SHA-256 of facts';
CREATE INDEX ending_step_by_ending ON ending_step (ending, at, id);
CREATE UNIQUE INDEX ending_step_once ON ending_step (ending, kind) WHERE kind IN ('cancelled', 'begun', 'done');

CREATE TABLE ending_mention (
    id          uuid PRIMARY KEY,
    ending      uuid NOT NULL REFERENCES ending,
    person      uuid NOT NULL,
    found_at    timestamptz NOT NULL,
    table_name  text NOT NULL,
    column_name text NOT NULL,
    key_row     uuid,
    row_id      uuid,
    n_rows      bigint NOT NULL CHECK (n_rows > 0),
    is_whole    boolean NOT NULL,
    can         text NOT NULL CHECK (can IN ('keep', 'mask', 'delete')),
    UNIQUE NULLS NOT DISTINCT (ending, table_name, column_name, row_id, key_row)
);
COMMENT ON COLUMN ending_mention.row_id IS 'of a sealed text; NULL: a number in n_rows rows, which says nothing once the person is gone';
COMMENT ON COLUMN ending_mention.key_row IS 'what the text is bound to by its seal';
COMMENT ON COLUMN ending_mention.is_whole IS 'the whole name, the name shown or the ID; else a part of the name';
COMMENT ON COLUMN ending_mention.can IS 'what the row allows beside being kept';
GRANT SELECT, INSERT ON ending, ending_step TO ibasho_app;
GRANT SELECT, INSERT, DELETE ON ending_mention TO ibasho_app;
GRANT UPDATE (found_at, n_rows, is_whole, can) ON ending_mention TO ibasho_app;

-- Names of tables and columns are those of the rows of node/base/table.h: format() quotes them.
CREATE FUNCTION ending_count(table_name text, column_name text, who uuid) RETURNS bigint
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS
$$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I WHERE %I = $1', table_name, column_name) INTO n USING who;
    RETURN n;
END
$$;

-- Rows that name `who` and are about somebody else.
CREATE FUNCTION ending_named(table_name text, column_name text, person_column text, who uuid) RETURNS bigint
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS
$$
DECLARE
    n bigint;
BEGIN
    IF person_column IS NULL THEN
        RETURN ending_count(table_name, column_name, who);
    END IF;
    EXECUTE format('SELECT count(*) FROM %I WHERE %I = $1 AND %I IS DISTINCT FROM $1', table_name, column_name,
                   person_column) INTO n USING who;
    RETURN n;
END
$$;

-- A sealed column whole: the row's own id, what its seal is bound to, the bytes.
CREATE FUNCTION ending_texts(table_name text, row_column text, key_column text, text_column text)
    RETURNS TABLE (row_id uuid, key_row uuid, sealed bytea)
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS
$$
BEGIN
    RETURN QUERY EXECUTE format('SELECT %1$I, %2$I, %3$I FROM %4$I WHERE %3$I IS NOT NULL', row_column,
                                key_column, text_column, table_name);
END
$$;

CREATE FUNCTION ending_text(table_name text, row_column text, key_column text, text_column text, wanted uuid)
    RETURNS TABLE (key_row uuid, sealed bytea)
    LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS
$$
BEGIN
    RETURN QUERY EXECUTE format('SELECT %2$I, %3$I FROM %4$I WHERE %1$I = $1 AND %3$I IS NOT NULL', row_column,
                                key_column, text_column, table_name) USING wanted;
END
$$;

-- What the program may do to such a row: its rights are what the migrations granted.
CREATE FUNCTION ending_can(table_name text, text_column text, is_leaf boolean) RETURNS text
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$
    SELECT CASE WHEN is_leaf AND has_table_privilege(current_user, quote_ident(table_name), 'DELETE') THEN 'delete'
                WHEN NOT is_leaf AND has_column_privilege(current_user, quote_ident(table_name), text_column, 'UPDATE')
                THEN 'mask' ELSE 'keep' END
$$;

CREATE FUNCTION ending_mask(table_name text, row_column text, text_column text, wanted uuid, was bytea, now bytea)
    RETURNS bigint
    LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('UPDATE %1$I SET %3$I = $3 WHERE %2$I = $1 AND %3$I = $2', table_name, row_column, text_column)
        USING wanted, was, now;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;

CREATE FUNCTION ending_delete(table_name text, wanted uuid) RETURNS bigint
    LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('DELETE FROM %I WHERE id = $1', table_name) USING wanted;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;
REVOKE ALL ON FUNCTION ending_count(text, text, uuid), ending_named(text, text, text, uuid),
    ending_texts(text, text, text, text), ending_text(text, text, text, text, uuid), ending_can(text, text, boolean),
    ending_mask(text, text, text, uuid, bytea, bytea), ending_delete(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ending_count(text, text, uuid), ending_named(text, text, text, uuid),
    ending_texts(text, text, text, text), ending_text(text, text, text, text, uuid), ending_can(text, text, boolean),
    ending_mask(text, text, text, uuid, bytea, bytea), ending_delete(text, uuid) TO ibasho_app;
