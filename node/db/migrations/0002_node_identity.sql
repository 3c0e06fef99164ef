-- 0002_node_identity: which node this cluster belongs to, so that a program started with another
-- node's configuration or directory refuses to serve. One row, written by the first start and
-- never changed. Lock: none on existing tables. Undo: DROP TABLE node_identity.
CREATE TABLE node_identity (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    node     uuid NOT NULL,
    role     text NOT NULL CHECK (role IN ('municipality', 'coordinator')),
    made_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE node_identity IS 'the node whose cluster this is; compared with node.conf at every start';
GRANT SELECT, INSERT ON node_identity TO ibasho_app;
