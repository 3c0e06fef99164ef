-- 0074_words: what a municipality put on its own list of words, and on the list of those that are
-- allowed (AI-2.6-ウ). One row an act, never changed or deleted: what holds is all acts in their
-- order. Words are nobody's data.
-- Lock: none on existing tables. Undo: DROP TABLE word_rule.
SET LOCAL lock_timeout = '2s';

CREATE TABLE word_rule (
    id         uuid PRIMARY KEY,
    version    integer NOT NULL UNIQUE CHECK (version >= 1),
    list       text NOT NULL CHECK (list IN ('own', 'allowed')),
    added      text NOT NULL,
    removed    text NOT NULL,
    undoes     uuid REFERENCES word_rule,
    reason     text NOT NULL DEFAULT '',
    decided_at timestamptz NOT NULL,
    decided_by uuid NOT NULL,
    role       text NOT NULL,
    CONSTRAINT word_rule_says_something CHECK (added <> '' OR removed <> '')
);
COMMENT ON COLUMN word_rule.id IS 'made by the client: an act that is sent again is known';
COMMENT ON COLUMN word_rule.added IS 'terms, one a line';
GRANT SELECT, INSERT ON word_rule TO ibasho_app;
