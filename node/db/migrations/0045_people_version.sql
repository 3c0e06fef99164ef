-- 0045_people_version: how the index of names, which lives in memory alone, learns that a person,
-- account or school changed: one counter, raised once a transaction by triggers, so that no way of
-- changing a row can be forgotten. Signing in (tries, locks, codes) does not count.
-- Lock: SHARE ROW EXCLUSIVE on three tables, no scan. Undo: DROP the function CASCADE, the table.
SET LOCAL lock_timeout = '2s';
CREATE TABLE people_version (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    n     bigint NOT NULL,
    in_tx xid8
);
INSERT INTO people_version (n) VALUES (1);
GRANT SELECT ON people_version TO ibasho_app;

CREATE FUNCTION people_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    UPDATE public.people_version SET n = n + 1, in_tx = pg_current_xact_id()
    WHERE in_tx IS DISTINCT FROM pg_current_xact_id();
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION people_changed() FROM PUBLIC;

CREATE TRIGGER people_changed AFTER INSERT OR UPDATE OR DELETE ON person
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed AFTER INSERT OR UPDATE OR DELETE ON org
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed AFTER INSERT OR DELETE OR UPDATE
    OF role, state, school, login_sealed, display_name_sealed, is_trial, ends_at ON account
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
