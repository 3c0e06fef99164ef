-- 0107_voice: microphones put on and off, by whom and towards whom (AI-2.5-ウ). Never what was said.
-- Leaves of the audit log: added and read, past their term taken out.
-- Lock: none. Undo: DROP TABLE.
CREATE TABLE voice_event (
    id         uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    account    uuid NOT NULL,
    visit      uuid NOT NULL,
    floor      text NOT NULL,
    copy       integer NOT NULL CHECK (copy >= 1),
    room       text NOT NULL DEFAULT '',
    session    uuid,
    kind       text NOT NULL CHECK (kind IN ('on', 'off')),
    way        text NOT NULL CHECK (way IN ('zone', 'private', 'announce')),
    by         text NOT NULL CHECK (by IN ('self', 'staff', 'place')),
    reason     text NOT NULL,
    to_account uuid,
    talk       uuid,
    began      uuid,
    CHECK ((way = 'private') = (to_account IS NOT NULL AND talk IS NOT NULL)),
    CHECK ((kind = 'off') = (began IS NOT NULL))
);
COMMENT ON COLUMN voice_event.room IS 'closed room he stood in; empty: none';
COMMENT ON COLUMN voice_event.session IS 'place_session.session that was running; NULL: none';
COMMENT ON COLUMN voice_event.began IS 'of off: the row by which it was put on';
CREATE INDEX voice_event_by_time ON voice_event (at, id);
CREATE INDEX voice_event_by_account ON voice_event (account, at);
CREATE UNIQUE INDEX voice_event_by_began ON voice_event (began);

GRANT SELECT, INSERT, DELETE ON voice_event TO ibasho_app;
