-- 0100_contract_change: another contractor takes over in place (CARD-13). contract_change: what one
-- commissioner planned; contract_change_step: what became of it, each once. Both are leaves of the audit
-- log: added and read. contract_change_account: whose account ends and whose stays, and what its own end
-- was before, so that a plan that is cancelled leaves nothing behind.
-- contract_change_places(): of accounts that end, what somebody else must take over, by kind, and how many
-- are left who do.
-- contract_change_side(): the accounts that came with the contractor, as tenants/people/life.h has it; who
-- came by a teacher's card ends with his lesson.
-- Lock: none on existing tables. Undo: DROP the two functions and the three tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE contract_change (
    id         uuid PRIMARY KEY,
    n          bigint NOT NULL UNIQUE CHECK (n >= 1),
    at         timestamptz NOT NULL,
    by         uuid NOT NULL,
    by_role    text NOT NULL,
    ends_at    timestamptz NOT NULL,
    contract   uuid NOT NULL,
    version    integer NOT NULL CHECK (version >= 1),
    title      text NOT NULL,
    contractor text NOT NULL,
    begins_on  date NOT NULL,
    ends_on    date NOT NULL,
    n_student  integer NOT NULL CHECK (n_student >= 0),
    n_staff    integer NOT NULL CHECK (n_staff >= 0),
    n_guardian integer NOT NULL CHECK (n_guardian >= 0),
    CHECK (begins_on <= ends_on),
    CHECK (at < ends_at)
);
COMMENT ON COLUMN contract_change.ends_at IS 'the minute: the contract before ends, the next begins';
COMMENT ON COLUMN contract_change.contract IS 'contract.contract of the one before, as of its version';
COMMENT ON COLUMN contract_change.title IS 'title, contractor, days and numbers are of the next contract';

CREATE TABLE contract_change_step (
    id         uuid PRIMARY KEY,
    change     uuid NOT NULL REFERENCES contract_change (id),
    kind       text NOT NULL
        CHECK (kind IN ('confirmed', 'cancelled', 'in_force', 'half', 'operator', 'sheet')),
    at         timestamptz NOT NULL,
    by         uuid,
    by_role    text NOT NULL,
    generation integer NOT NULL CHECK (generation >= 0),
    sheet_code text NOT NULL,
    n_accounts integer NOT NULL CHECK (n_accounts >= 0),
    UNIQUE (change, kind)
);
COMMENT ON COLUMN contract_change_step.by IS 'NULL: the node itself';
COMMENT ON COLUMN contract_change_step.generation IS 'of the node key at that moment';

CREATE TABLE contract_change_account (
    change      uuid NOT NULL REFERENCES contract_change (id),
    account     uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('ends', 'stays')),
    ends_before timestamptz,
    ended_at    timestamptz,
    PRIMARY KEY (change, account)
);
COMMENT ON COLUMN contract_change_account.ends_before IS 'account.ends_at as it was before';
CREATE INDEX contract_change_account_by_account ON contract_change_account (account);

GRANT SELECT, INSERT ON contract_change, contract_change_step TO ibasho_app;
GRANT SELECT, INSERT, DELETE ON contract_change_account TO ibasho_app;
GRANT UPDATE (ends_before, ended_at) ON contract_change_account TO ibasho_app;

CREATE FUNCTION contract_change_side() RETURNS SETOF uuid LANGUAGE sql STABLE AS
$$
SELECT a.id FROM account a
WHERE a.role IN ('contractor', 'supporter', 'instructor', 'guest_teacher', 'data_holder', 'analyst')
  AND a.state <> 'closed' AND NOT EXISTS (SELECT FROM teacher_slot s WHERE s.card = a.id)
$$;

CREATE FUNCTION contract_change_places(leaving uuid[], from_at timestamptz)
    RETURNS TABLE (kind text, n_ends bigint, n_left bigint) LANGUAGE sql STABLE AS
$$
WITH usable AS (
    SELECT a.id, a.role, a.id = ANY ($1) AS ends, a.state IN ('issued', 'active') AS works FROM account a
), holds AS (
    SELECT 'duty_' || d.purpose AS kind, d.account FROM (
        SELECT DISTINCT ON (purpose, account) purpose, account, is_on FROM duty_person
        ORDER BY purpose, account, n DESC) d WHERE d.is_on
    UNION ALL
    SELECT 'weekly', r.account FROM (
        SELECT DISTINCT ON (account) account, is_on FROM report_receiver
        ORDER BY account, at DESC, id DESC) r WHERE r.is_on
    UNION ALL
    SELECT DISTINCT 'notice', n.account FROM notify_receiver n
    WHERE n.removed_at IS NULL AND n.proved_at IS NOT NULL AND n.paused_at IS NULL
      AND 'sos' = ANY (string_to_array(n.kinds, ','))
    UNION ALL
    SELECT u.role, u.id FROM usable u WHERE u.role IN ('contractor', 'supporter') AND (u.works OR u.ends)
)
SELECT k.kind, count(u.id) FILTER (WHERE u.ends), count(u.id) FILTER (WHERE u.works AND NOT u.ends)
FROM unnest(ARRAY['contractor', 'supporter', 'duty_sos', 'duty_incident', 'notice', 'weekly'])
    WITH ORDINALITY AS k (kind, i)
LEFT JOIN holds h ON h.kind = k.kind LEFT JOIN usable u ON u.id = h.account
GROUP BY k.kind, k.i
UNION ALL
SELECT 'lesson', count(DISTINCT l.lesson), 0 FROM (
    SELECT DISTINCT ON (lesson) id, lesson, from_at, is_cancelled FROM class_lesson
    ORDER BY lesson, version DESC) l
JOIN class_lesson_staff s ON s.lesson_version = l.id
WHERE NOT l.is_cancelled AND l.from_at >= $2 AND s.account = ANY ($1)
$$;
REVOKE ALL ON FUNCTION contract_change_side(), contract_change_places(uuid[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contract_change_side(), contract_change_places(uuid[], timestamptz) TO ibasho_app;
