-- 0089_fed_mirror: what is kept of a shared lesson (a lesson that several towns hold together).
-- fed_context: until when other towns' words may be read here. fed_seat: under which pseudonym whom
-- of our own the others met. fed_line: a row for each line that crossed, ours and theirs, with a
-- mac that both sides can lay side by side; theirs also sealed under the lesson's own key, which is
-- destroyed when its time is over. fed_act: what the host's staff stopped, and that it holds at
-- home. Leaves of the audit log: fed_line (without its text), fed_act.
-- Lock: none on existing tables. Undo: DROP all four.
SET LOCAL lock_timeout = '2s';

CREATE TABLE fed_context (
    lesson    uuid PRIMARY KEY,
    class     bigint NOT NULL CHECK (class BETWEEN 0 AND 4294967295),
    series    uuid NOT NULL,
    host      uuid NOT NULL,
    to_at     timestamptz NOT NULL,
    closed_at timestamptz
);
COMMENT ON COLUMN fed_context.lesson IS 'class_lesson.lesson of this node';
COMMENT ON COLUMN fed_context.to_at IS 'the end of the lesson as it stood last';
COMMENT ON COLUMN fed_context.closed_at IS 'the key was destroyed; no text is left';
CREATE INDEX fed_context_by_class ON fed_context (host, class);

CREATE TABLE fed_seat (
    lesson  uuid NOT NULL,
    pseud   bytea NOT NULL CHECK (octet_length(pseud) = 10),
    account uuid NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (lesson, pseud)
);
CREATE INDEX fed_seat_by_account ON fed_seat (account);

CREATE TABLE fed_line (
    id          uuid PRIMARY KEY,
    lesson      uuid NOT NULL,
    class       bigint NOT NULL,
    node        uuid NOT NULL,
    number      bigint NOT NULL CHECK (number >= 1),
    at          timestamptz NOT NULL,
    pseud       bytea NOT NULL CHECK (octet_length(pseud) = 10),
    line        uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('sent', 'said', 'masked', 'blocked', 'asked')),
    mac         bytea NOT NULL CHECK (octet_length(mac) = 32),
    text_sealed bytea,
    UNIQUE (lesson, node, number)
);
COMMENT ON COLUMN fed_line.node IS 'the home of who wrote it, which gave it its number';
COMMENT ON COLUMN fed_line.state IS
    'sent: ours; theirs: said, masked (some words), blocked (not shown), asked (a question)';
COMMENT ON COLUMN fed_line.mac IS
    'HMAC-SHA256 of the series'' evidence key over class, node, number, pseud and text as sent';
CREATE INDEX fed_line_by_line ON fed_line (line);

CREATE TABLE fed_act (
    id     uuid PRIMARY KEY,
    at     timestamptz NOT NULL,
    lesson uuid NOT NULL,
    class  bigint NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('stop', 'resume', 'eject', 'hide', 'held', 'late', 'shared')),
    act    uuid NOT NULL,
    node   uuid NOT NULL,
    pseud  bytea NOT NULL CHECK (octet_length(pseud) = 10),
    what   smallint NOT NULL CHECK (what BETWEEN 0 AND 7),
    line   uuid,
    by     uuid
);
COMMENT ON COLUMN fed_act.kind IS
    'stop, resume (what: 1 words, 2 reactions), eject, hide (a line); held: the home confirmed; late:'
    ' it did not within a second; shared: an incident came from, or went to, the other town';
COMMENT ON COLUMN fed_act.node IS 'the home of whom it is about';
CREATE INDEX fed_act_by_lesson ON fed_act (lesson, at);

GRANT SELECT, INSERT, UPDATE ON fed_context TO ibasho_app;
GRANT SELECT, INSERT, DELETE ON fed_seat TO ibasho_app;
GRANT SELECT, INSERT, UPDATE (text_sealed) ON fed_line TO ibasho_app;
GRANT SELECT, INSERT ON fed_act TO ibasho_app;
