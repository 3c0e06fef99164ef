-- 0106_contract_ends: who came with the contractor ends with the contract, whether or not the account says so
-- (AI-7.2-3). contract_end(): the midnight after the last day of the contract that was decided last, in its
-- newest version; no clock is asked, so it is the same for everybody who compares it with his own.
-- contract_ends(): when an account of that role ends, whose own end is given. The contractor still has to hand
-- back or hand over: no end while the contract's end is under way, and until its minute while a change of
-- contractor is planned; what was set earlier for the account alone holds all the same.
-- Lock: none on existing tables. Undo: DROP the two functions.
SET LOCAL lock_timeout = '2s';

CREATE FUNCTION contract_end() RETURNS timestamptz LANGUAGE sql STABLE AS
$$
SELECT (c.ends_on + 1)::timestamp AT TIME ZONE 'Asia/Tokyo' FROM contract c
WHERE c.contract = (SELECT f.contract FROM contract f GROUP BY f.contract
    ORDER BY min(f.decided_at) DESC, f.contract DESC LIMIT 1)
ORDER BY c.version DESC LIMIT 1
$$;

CREATE FUNCTION contract_ends(role text, ends timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS
$$
SELECT CASE
    WHEN $1 NOT IN ('contractor', 'supporter', 'instructor', 'guest_teacher', 'data_holder', 'analyst') THEN $2
    WHEN $1 <> 'contractor' OR coalesce($2 < e.at, e.at IS NULL) THEN least($2, e.at)
    WHEN coalesce((SELECT s.step FROM leaving_step s WHERE s.node = (SELECT i.node FROM node_identity i)
        ORDER BY s.n DESC LIMIT 1), 'active') <> 'active' THEN NULL
    ELSE greatest(e.at, (SELECT g.ends_at FROM (SELECT l.id, l.ends_at FROM contract_change l
        ORDER BY l.n DESC LIMIT 1) g WHERE NOT EXISTS (SELECT FROM contract_change_step t
        WHERE t.change = g.id AND t.kind IN ('cancelled', 'in_force'))))
    END
FROM (SELECT contract_end() AS at) e
$$;
COMMENT ON FUNCTION contract_ends(text, timestamptz) IS 'when an account of that role ends: its own end, or the contract''s';
REVOKE ALL ON FUNCTION contract_end(), contract_ends(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contract_end(), contract_ends(text, timestamptz) TO ibasho_app;
