-- 0022_sweep: terms of storage and the forgetting of persons, table by table. The functions run
-- with the caller's rights: a table the application role may not delete from stays closed. Table
-- and column names come from the program's const rows and are quoted as identifiers.
-- Lock: none on existing tables. Undo: drop the three functions and the table.
CREATE TABLE retention_record (
    id         uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    table_name text NOT NULL,
    before     timestamptz NOT NULL,
    n_rows     integer NOT NULL CHECK (n_rows > 0)
);
GRANT SELECT, INSERT ON retention_record TO ibasho_app;

CREATE FUNCTION sweep_delete(table_name text, column_name text, before timestamptz,
                             at_most integer) RETURNS bigint
    LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('DELETE FROM %1$I WHERE ctid = ANY (ARRAY('
                   'SELECT ctid FROM %1$I WHERE %2$I < $1 ORDER BY %2$I LIMIT $2))',
                   table_name, column_name) USING before, at_most;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;

-- Rows that are audit leaves: their ids, for the deletion leaf. With is_deleted they go here;
-- else what destroys the salts takes them out itself.
CREATE FUNCTION sweep_leaves(table_name text, column_name text, before timestamptz,
                             at_most integer, is_deleted boolean) RETURNS SETOF uuid
    LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$
BEGIN
    IF is_deleted THEN
        RETURN QUERY EXECUTE format(
            'DELETE FROM %1$I WHERE ctid = ANY (ARRAY('
            'SELECT ctid FROM %1$I WHERE %2$I < $1 ORDER BY %2$I LIMIT $2)) RETURNING id',
            table_name, column_name) USING before, at_most;
    ELSE
        RETURN QUERY EXECUTE format('SELECT id FROM %1$I WHERE %2$I < $1 ORDER BY %2$I LIMIT $2',
                                    table_name, column_name) USING before, at_most;
    END IF;
END
$$;

CREATE FUNCTION sweep_person(table_name text, column_name text, person uuid) RETURNS bigint
    LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('DELETE FROM %I WHERE %I = $1', table_name, column_name) USING person;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;
REVOKE ALL ON FUNCTION sweep_delete(text, text, timestamptz, integer),
    sweep_leaves(text, text, timestamptz, integer, boolean), sweep_person(text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_delete(text, text, timestamptz, integer),
    sweep_leaves(text, text, timestamptz, integer, boolean), sweep_person(text, text, uuid)
    TO ibasho_app;
