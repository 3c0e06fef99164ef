-- 0103_handed: whose way in the contractor before knows when another takes over (CARD-13).
-- contract_change_handed(before): accounts that are let in by a password somebody handed out until then, and the
-- one who did so last was a contractor, or a contractor printed it since. is_used: a sheet in use, which its
-- owner never changed. Not is_used: a first or one-time password that is still to be used.
-- Lock: none on existing tables. Undo: DROP the function.
SET LOCAL lock_timeout = '2s';

CREATE FUNCTION contract_change_handed(before timestamptz)
    RETURNS TABLE (account uuid, is_used boolean) LANGUAGE sql STABLE AS
$$
WITH printed AS (
    SELECT p.id, max(r.at) AS at FROM access_record r JOIN access_shown s ON s.id = r.id,
        unnest(s.persons) AS p (id)
    WHERE r.action = 'export' AND r.route = 'people.slips' AND r.role = 'contractor' AND r.outcome = 'ok'
      AND r.at <= $1
    GROUP BY p.id
)
SELECT a.id, a.first_until IS NULL FROM account a
-- Who has no password of its own was never renewed: the first sign-in after that asks for one.
CROSS JOIN LATERAL (
    SELECT h.at, h.role FROM (
        SELECT s.at, s.actor_role AS role FROM account_step s
        WHERE s.account = a.id AND s.state = 'issued' AND s.at <= $1
        UNION ALL
        SELECT r.at, r.role FROM access_record r
        WHERE a.first_until IS NOT NULL AND r.person = a.id AND r.at <= $1 AND r.outcome = 'ok'
          AND r.route IN ('people.reset', 'people.recovery_approve')) h
    ORDER BY h.at DESC LIMIT 1) given
LEFT JOIN printed p ON p.id = a.id AND p.at >= given.at
WHERE a.state IN ('issued', 'active', 'suspended')
  AND (a.first_until IS NOT NULL OR a.password_changed_at IS NULL)
  AND (given.role = 'contractor' OR p.id IS NOT NULL)
$$;
REVOKE ALL ON FUNCTION contract_change_handed(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contract_change_handed(timestamptz) TO ibasho_app;
