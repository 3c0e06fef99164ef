-- 0077_support: calls for help and what staff do about them (NI-2.3-b2, AI-4.4-カ-ハ-1a,
-- AI-4.4-カ-ハ-1b, KP-3-安全-4). sos, incident: what happened; sos_step, incident_step: who was
-- told, who read, answered, closed; duty_person: who is told and in which order. All of these
-- are leaves of the audit log: added and read, nothing else. duty_call holds what nobody has
-- answered yet and when the next is told: a row goes when somebody answers, so that the look of
-- each second stays small, and it is no log. Texts and quotes are sealed under the child's key
-- (an incident about nobody: under that of its own record).
-- No lock on what exists. Undo: DROP TABLE of the six.
SET LOCAL lock_timeout = '2s';

CREATE TABLE sos (
    id            uuid PRIMARY KEY,
    at            timestamptz NOT NULL,
    account       uuid NOT NULL,
    kind          text NOT NULL,
    from_page     text NOT NULL,
    client_at     timestamptz,
    is_open_hours boolean NOT NULL,
    undo_until    timestamptz NOT NULL
);
COMMENT ON COLUMN sos.client_at IS 'what the device says; a re-sent call is older than at';
CREATE INDEX sos_by_at ON sos (at DESC, id DESC);
CREATE INDEX sos_by_account ON sos (account, at DESC);
GRANT SELECT, INSERT ON sos TO ibasho_app;

CREATE TABLE sos_step (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    sos         uuid NOT NULL,
    account     uuid NOT NULL,
    act         text NOT NULL CHECK (act IN ('undone', 'sent', 'passed', 'all', 'seen', 'answer',
                                             'close')),
    by          uuid,
    role        text NOT NULL,
    told        uuid,
    n_made      integer NOT NULL,
    text_sealed bytea
);
COMMENT ON COLUMN sos_step.account IS 'the child';
COMMENT ON COLUMN sos_step.told IS 'of sent and passed: whom';
COMMENT ON COLUMN sos_step.n_made IS 'addresses a notice is on its way to';
CREATE INDEX sos_step_by_sos ON sos_step (sos, at, id);
GRANT SELECT, INSERT ON sos_step TO ibasho_app;

CREATE TABLE incident (
    id           uuid PRIMARY KEY,
    at           timestamptz NOT NULL,
    account      uuid,
    kind         text NOT NULL CHECK (kind IN ('crisis', 'contact', 'warning', 'staffless',
                                               'manual', 'drill')),
    urgency      smallint NOT NULL CHECK (urgency BETWEEN 1 AND 3),
    severity     smallint NOT NULL CHECK (severity BETWEEN 1 AND 3),
    line         uuid,
    floor        text NOT NULL,
    template     text NOT NULL,
    procedure    text NOT NULL,
    by           uuid,
    role         text NOT NULL,
    text_sealed  bytea,
    quote_sealed bytea
);
COMMENT ON COLUMN incident.account IS 'whom it is about; none: nobody';
CREATE INDEX incident_by_at ON incident (at DESC, id DESC);
CREATE INDEX incident_by_account ON incident (account, at DESC);
CREATE INDEX incident_by_line ON incident (line) WHERE line IS NOT NULL;
GRANT SELECT, INSERT ON incident TO ibasho_app;

CREATE TABLE incident_step (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    incident    uuid NOT NULL,
    account     uuid,
    act         text NOT NULL CHECK (act IN ('sent', 'passed', 'all', 'read', 'take', 'note',
                                             'grade', 'tick', 'close')),
    by          uuid,
    role        text NOT NULL,
    told        uuid,
    n_made      integer NOT NULL,
    urgency     smallint,
    severity    smallint,
    tick        smallint,
    text_sealed bytea
);
CREATE INDEX incident_step_by_incident ON incident_step (incident, at, id);
GRANT SELECT, INSERT ON incident_step TO ibasho_app;

CREATE TABLE duty_person (
    id       uuid PRIMARY KEY,
    n        bigint NOT NULL UNIQUE CHECK (n >= 1),
    purpose  text NOT NULL CHECK (purpose IN ('sos', 'incident')),
    account  uuid NOT NULL,
    position integer NOT NULL CHECK (position BETWEEN 1 AND 1000),
    is_on    boolean NOT NULL,
    at       timestamptz NOT NULL,
    by       uuid,
    role     text NOT NULL
);
CREATE INDEX duty_person_by_account ON duty_person (purpose, account, n DESC);
GRANT SELECT, INSERT ON duty_person TO ibasho_app;

CREATE TABLE duty_call (
    id      uuid PRIMARY KEY,
    kind    text NOT NULL CHECK (kind IN ('sos', 'incident')),
    account uuid,
    set_at  timestamptz NOT NULL,
    due_at  timestamptz NOT NULL
);
COMMENT ON COLUMN duty_call.id IS 'the sos or incident';
CREATE INDEX duty_call_by_due ON duty_call (due_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON duty_call TO ibasho_app;
