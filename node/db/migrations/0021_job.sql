-- 0021_job: work that must happen even if the node dies in between (node/db/jobs.h).
-- A row is due at coalesce(lease_until, run_at): while it runs, when its lease is over.
-- Lock: none on existing tables. Undo: DROP TABLE job.
CREATE TABLE job (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL,
    key          text UNIQUE,
    payload      json NOT NULL,
    state        text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    run_at       timestamptz NOT NULL,
    n_tries      integer NOT NULL DEFAULT 0 CHECK (n_tries >= 0),
    lease_until  timestamptz,
    lease_holder uuid,
    last_error   text,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    CONSTRAINT job_lease_whole CHECK ((state = 'running') = (lease_until IS NOT NULL)
                                      AND (state = 'running') = (lease_holder IS NOT NULL)),
    CONSTRAINT job_finished_whole CHECK ((state IN ('done', 'dead')) = (finished_at IS NOT NULL))
);
CREATE INDEX job_due ON job (coalesce(lease_until, run_at)) WHERE finished_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON job TO ibasho_app;
