-- 0075_chat: what is written in the place: lines of floors, rooms and private talks, what staff decided
-- about them, talks and who was in them, whom somebody does not want to be asked by (AI-2.4-エ, AI-2.4-オ,
-- AI-2.5-イ, AI-2.6-ウ, AI-4.4-カ-ハ-1a, SE-4.1-イ-4). Lines and decisions are leaves of the audit log:
-- added, read, and past their term deleted with a leaf that says so. Texts are sealed under their author's
-- key, the name in a block under the key of whom it names.
-- Lock: none on existing tables. Undo: DROP the five tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE chat_line (
    id            uuid PRIMARY KEY,
    at            timestamptz NOT NULL,
    account       uuid NOT NULL,
    role          text NOT NULL,
    visit         uuid NOT NULL,
    channel       text NOT NULL CHECK (channel IN ('floor', 'room', 'talk')),
    floor         text NOT NULL,
    copy          integer NOT NULL CHECK (copy >= 1),
    room          text,
    session       uuid,
    is_anonymous  boolean NOT NULL,
    talk          uuid,
    to_account    uuid,
    heard         uuid[],
    name_sealed   bytea NOT NULL,
    text_sealed   bytea NOT NULL,
    masked_sealed bytea,
    kinds         integer NOT NULL,
    categories    integer NOT NULL,
    was_held      boolean NOT NULL,
    CONSTRAINT chat_line_room CHECK (channel <> 'room' OR room IS NOT NULL),
    CONSTRAINT chat_line_talk CHECK ((channel = 'talk') = (talk IS NOT NULL))
);
COMMENT ON COLUMN chat_line.id IS 'made by the client: the same line sent again is one line';
COMMENT ON COLUMN chat_line.at IS 'rises with every line of a node';
COMMENT ON COLUMN chat_line.name_sealed IS 'the name that others read it under';
COMMENT ON COLUMN chat_line.masked_sealed IS 'what others read; NULL: the text itself';
COMMENT ON COLUMN chat_line.to_account IS 'who was addressed; in a talk the other one';
COMMENT ON COLUMN chat_line.heard IS 'who was in the room; NULL: the whole floor, or a talk';
CREATE INDEX chat_line_by_time ON chat_line (at, id);
CREATE INDEX chat_line_by_account ON chat_line (account, at);
CREATE INDEX chat_line_by_to ON chat_line (to_account, at) WHERE to_account IS NOT NULL;
CREATE INDEX chat_line_by_talk ON chat_line (talk, at) WHERE talk IS NOT NULL;
CREATE INDEX chat_line_held ON chat_line (at, id) WHERE was_held;

CREATE TABLE chat_decision (
    id   uuid PRIMARY KEY,
    n    bigint NOT NULL UNIQUE CHECK (n >= 1),
    at   timestamptz NOT NULL,
    line uuid NOT NULL,
    act  text NOT NULL CHECK (act IN ('release', 'keep', 'hide')),
    by   uuid,
    role text NOT NULL
);
COMMENT ON COLUMN chat_decision.n IS 'counts in the order of commits: the newest of a line holds';
CREATE INDEX chat_decision_by_line ON chat_decision (line, n DESC);

CREATE TABLE chat_talk (
    id   uuid PRIMARY KEY,
    at   timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('staff', 'pupils'))
);

CREATE TABLE chat_talk_member (
    talk     uuid NOT NULL,
    account  uuid NOT NULL,
    joined   timestamptz NOT NULL,
    left_at  timestamptz,
    PRIMARY KEY (talk, account)
);
CREATE INDEX chat_talk_member_by_account ON chat_talk_member (account);
CREATE INDEX chat_talk_member_open ON chat_talk_member (talk) WHERE left_at IS NULL;

CREATE TABLE chat_block (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    account     uuid NOT NULL,
    other       uuid NOT NULL,
    is_on       boolean NOT NULL,
    name_sealed bytea NOT NULL
);
COMMENT ON COLUMN chat_block.name_sealed IS 'of the other, as it was read then';
CREATE INDEX chat_block_by_account ON chat_block (account, other, at DESC);

GRANT SELECT, INSERT, DELETE ON chat_line, chat_decision, chat_talk, chat_block TO ibasho_app;
GRANT SELECT, INSERT, DELETE ON chat_talk_member TO ibasho_app;
GRANT UPDATE (left_at) ON chat_talk_member TO ibasho_app;
