-- 0040_people: schools, the people a municipality knows, their accounts' life, the contract,
-- rights, facts of admission (AI-4.3, HI-3.3-2, KP-1). A person is there without an account; an
-- account is there without a way in until it is issued. State, role, class of ID and contract
-- have no way to be changed by the application role but account_move(), which works only on a
-- step written, with its leaf, in the very same transaction.
-- Lock: ACCESS EXCLUSIVE on account for one scan. Undo: drop the function, the new tables and
-- columns; set state back to its three words.
SET LOCAL lock_timeout = '5s';

CREATE TABLE org (
    id             uuid PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('district', 'school', 'other')),
    name           text NOT NULL,
    code           text NOT NULL DEFAULT '',
    parent         uuid REFERENCES org,
    source_id      text UNIQUE,
    is_cooperating boolean NOT NULL DEFAULT true,
    left_at        timestamptz,
    created_at     timestamptz NOT NULL
);
GRANT SELECT, INSERT ON org TO ibasho_app;
GRANT UPDATE (name, code, parent, is_cooperating, left_at) ON org TO ibasho_app;

CREATE TABLE person (
    id                 uuid PRIMARY KEY,
    kind               text NOT NULL CHECK (kind IN ('student', 'guardian', 'staff')),
    school             uuid REFERENCES org,
    grade              text NOT NULL DEFAULT '',
    family_sealed      bytea,
    given_sealed       bytea,
    family_kana_sealed bytea,
    given_kana_sealed  bytea,
    source_index       bytea UNIQUE CHECK (octet_length(source_index) = 16),
    master_index       bytea CHECK (octet_length(master_index) = 16),
    roster_sealed      bytea,
    left_at            timestamptz,
    merged_into        uuid REFERENCES person ON DELETE SET NULL,
    created_at         timestamptz NOT NULL,
    CONSTRAINT person_not_into_itself CHECK (merged_into <> id)
);
CREATE INDEX person_by_school ON person (school, grade);
CREATE INDEX person_by_master ON person (master_index) WHERE master_index IS NOT NULL;
CREATE INDEX person_by_merge ON person (merged_into) WHERE merged_into IS NOT NULL;
COMMENT ON COLUMN person.source_index IS 'keyed blind index of the roster''s sourcedId';
COMMENT ON COLUMN person.roster_sealed IS 'the users.csv row as received, canonical JSON';
GRANT SELECT, INSERT, DELETE ON person TO ibasho_app;
GRANT UPDATE (school, grade, family_sealed, given_sealed, family_kana_sealed, given_kana_sealed,
    source_index, master_index, roster_sealed, left_at, merged_into) ON person TO ibasho_app;
-- Whoever could sign in so far is a person without a name of the register.
INSERT INTO person (id, kind, created_at)
SELECT id, CASE WHEN role IN ('student', 'guardian') THEN role ELSE 'staff' END, created_at
FROM account;

CREATE TABLE guardian_link (
    id         uuid PRIMARY KEY,
    guardian   uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    child      uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    ended_at   timestamptz,
    UNIQUE (guardian, child),
    CHECK (guardian <> child)
);
CREATE INDEX guardian_link_by_child ON guardian_link (child);
GRANT SELECT, INSERT, DELETE ON guardian_link TO ibasho_app;
GRANT UPDATE (guardian, child, ended_at) ON guardian_link TO ibasho_app;

CREATE TABLE contract (
    id              uuid PRIMARY KEY,
    contract        uuid NOT NULL,
    version         integer NOT NULL CHECK (version >= 1),
    title           text NOT NULL,
    contractor      text NOT NULL,
    begins_on       date NOT NULL,
    ends_on         date NOT NULL,
    trial_begins_on date,
    trial_ends_on   date,
    n_student       integer NOT NULL CHECK (n_student >= 0),
    n_staff         integer NOT NULL CHECK (n_staff >= 0),
    n_guardian      integer NOT NULL CHECK (n_guardian >= 0),
    decided_at      timestamptz NOT NULL,
    decided_by      uuid,
    role            text NOT NULL,
    UNIQUE (contract, version),
    CHECK (begins_on <= ends_on),
    CHECK ((trial_begins_on IS NULL) = (trial_ends_on IS NULL)
           AND coalesce(trial_begins_on <= trial_ends_on, true))
);

CREATE TABLE account_step (
    id            uuid PRIMARY KEY,
    account       uuid NOT NULL,
    state_before  text NOT NULL,
    state         text NOT NULL,
    at            timestamptz NOT NULL,
    actor         uuid,
    actor_role    text NOT NULL,
    operator_name text,
    contract      uuid,
    reason_sealed bytea
);
CREATE INDEX account_step_by_account ON account_step (account, at, id);

CREATE TABLE right_grant (
    id         uuid PRIMARY KEY,
    account    uuid NOT NULL,
    right_name text NOT NULL,
    school     uuid,
    class      uuid,
    grade      text NOT NULL DEFAULT '',
    purpose    text NOT NULL DEFAULT '',
    given_at   timestamptz NOT NULL,
    given_by   uuid,
    role       text NOT NULL,
    until      timestamptz,
    CONSTRAINT right_grant_not_to_oneself CHECK (given_by <> account)
);
CREATE INDEX right_grant_by_account ON right_grant (account, given_at);

CREATE TABLE right_end (
    id          uuid PRIMARY KEY,
    right_grant uuid NOT NULL UNIQUE,
    at          timestamptz NOT NULL,
    ended_by    uuid,
    role        text NOT NULL
);

CREATE TABLE right_use (
    right_grant uuid PRIMARY KEY,
    used_at     timestamptz NOT NULL
);
GRANT SELECT, INSERT ON right_use TO ibasho_app;
GRANT UPDATE (used_at) ON right_use TO ibasho_app;

CREATE TABLE registration (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    school_year     integer NOT NULL CHECK (school_year BETWEEN 2000 AND 2200),
    target          text NOT NULL CHECK (target IN ('unsupported', 'not_settled', 'other')),
    target_since    date NOT NULL,
    route           text NOT NULL
        CHECK (route IN ('hot_school', 'desk', 'wish', 'school', 'other')),
    wish            text NOT NULL CHECK (wish IN ('yes', 'no', 'not_asked')),
    wish_by         text NOT NULL CHECK (wish_by IN ('child', 'guardian', 'staff', 'nobody')),
    support         text NOT NULL CHECK (support IN ('none', 'in_school', 'outside', 'both')),
    admission       text NOT NULL CHECK (admission IN ('resident', 'partner', 'invited')),
    consent_version text NOT NULL DEFAULT '',
    consent_on      date,
    consent_by      text NOT NULL DEFAULT '',
    note_sealed     bytea,
    recorded_at     timestamptz NOT NULL,
    recorded_by     uuid,
    role            text NOT NULL
);
CREATE INDEX registration_by_person ON registration (person, school_year, recorded_at);

-- Leaves of the audit log: added, read, nothing else. A change is a new row.
GRANT SELECT, INSERT ON contract, account_step, right_grant, right_end, registration TO ibasho_app;

ALTER TABLE account
    DROP CONSTRAINT account_state_check,
    DROP CONSTRAINT account_adult_second_factor,
    ALTER COLUMN login_index DROP NOT NULL,
    ALTER COLUMN login_sealed DROP NOT NULL,
    ALTER COLUMN display_name_sealed DROP NOT NULL,
    ALTER COLUMN password_hash_sealed DROP NOT NULL,
    ALTER COLUMN state SET DEFAULT 'requested',
    ADD COLUMN contract uuid,
    ADD COLUMN id_class text NOT NULL DEFAULT 'staff'
        CHECK (id_class IN ('student', 'staff', 'guardian')),
    ADD COLUMN is_trial boolean NOT NULL DEFAULT false,
    ADD COLUMN ends_at timestamptz,
    ADD COLUMN has_passkey boolean NOT NULL DEFAULT false,
    ADD COLUMN first_password_sealed bytea,
    ADD COLUMN must_change boolean NOT NULL DEFAULT false,
    ADD COLUMN first_until timestamptz,
    ADD COLUMN step_kind text NOT NULL DEFAULT 'none'
        CHECK (step_kind IN ('none', 'pin', 'picture')),
    ADD COLUMN step_hash_sealed bytea,
    ADD COLUMN issued_at timestamptz,
    ADD COLUMN password_changed_at timestamptz,
    ADD CONSTRAINT account_state_check CHECK
        (state IN ('requested', 'approved', 'issued', 'active', 'suspended', 'closed')),
    ADD CONSTRAINT account_can_sign_in CHECK
        (state IN ('requested', 'approved', 'closed')
         OR (login_index IS NOT NULL AND login_sealed IS NOT NULL
             AND display_name_sealed IS NOT NULL AND password_hash_sealed IS NOT NULL)),
    -- An adult without a second factor is never let in.
    ADD CONSTRAINT account_adult_second_factor CHECK
        (role = 'student' OR state <> 'active' OR totp_secret_sealed IS NOT NULL OR has_passkey),
    ADD CONSTRAINT account_step_whole CHECK ((step_kind = 'none') = (step_hash_sealed IS NULL)),
    ADD CONSTRAINT account_of_a_person FOREIGN KEY (id) REFERENCES person ON DELETE CASCADE;
UPDATE account SET id_class = CASE WHEN role IN ('student', 'guardian') THEN role ELSE 'staff' END,
    issued_at = created_at;
COMMENT ON COLUMN account.ends_at IS 'sign-in and every session end here; NULL: with the contract';
COMMENT ON COLUMN account.contract IS 'contract.contract under which it was issued';
CREATE INDEX account_by_class ON account (contract, id_class)
    WHERE state IN ('issued', 'active', 'suspended');
-- Nobody is born approved: the state of a new account is the column's default.
REVOKE INSERT ON account FROM ibasho_app;
GRANT INSERT (id, role, school, login_index, login_sealed, display_name_sealed,
    password_hash_sealed, totp_secret_sealed, created_at, id_class, is_trial, ends_at) ON account
    TO ibasho_app;
GRANT UPDATE (school, login_index, login_sealed, display_name_sealed, password_hash_sealed,
    totp_secret_sealed, is_trial, ends_at, has_passkey, first_password_sealed, must_change,
    first_until, step_kind, step_hash_sealed, password_changed_at) ON account TO ibasho_app;

-- Moves an account as the step says; false when it is not (any more) in the state before, or no
-- such move exists. At 'issued' from 'approved' the step's contract and time become the account's.
CREATE FUNCTION account_move(step uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    s       public.account_step;
    this_tx xid := pg_current_xact_id()::xid;
BEGIN
    SELECT * INTO s FROM public.account_step WHERE id = step AND xmin = this_tx;
    IF NOT FOUND OR NOT EXISTS (
        SELECT FROM public.audit_leaf
        WHERE row_id = step AND table_name = 'account_step' AND kind = 'account.step'
          AND xmin = this_tx) THEN
        RAISE EXCEPTION 'no step of this transaction';
    END IF;
    IF NOT (s.state_before, s.state) IN (
        ('requested', 'approved'), ('requested', 'closed'),
        ('approved', 'issued'), ('approved', 'closed'),
        ('issued', 'active'), ('issued', 'suspended'), ('issued', 'closed'),
        ('active', 'suspended'), ('active', 'closed'),
        ('suspended', 'active'), ('suspended', 'issued'), ('suspended', 'closed')) THEN
        RETURN false;
    END IF;
    UPDATE public.account SET
        state = s.state,
        contract = CASE WHEN s.state_before = 'approved' AND s.state = 'issued'
                        THEN s.contract ELSE contract END,
        issued_at = CASE WHEN s.state_before = 'approved' AND s.state = 'issued'
                         THEN s.at ELSE issued_at END
    WHERE id = s.account AND state = s.state_before;
    RETURN FOUND;
END
$$;
REVOKE ALL ON FUNCTION account_move(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_move(uuid) TO ibasho_app;
