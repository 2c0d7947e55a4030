-- +goose Up

-- The history of a customer, a product or an edition. What licences do is not in it.
CREATE INDEX audit_log_by_subject ON audit_log (vendor_id, subject_id, id) WHERE license_id IS NULL;

-- Files of customers and licences that are brought in. The actor is who started it.
CREATE TABLE imports (
  id             INTEGER PRIMARY KEY,
  vendor_id      INTEGER NOT NULL REFERENCES vendors (id),
  uuid           BLOB NOT NULL,
  kind           TEXT NOT NULL,
  file_name      TEXT NOT NULL,
  zone           TEXT NOT NULL,
  columns        TEXT NOT NULL,
  state          TEXT NOT NULL,
  all_or_nothing INTEGER NOT NULL,
  line_count     INTEGER NOT NULL,
  done_count     INTEGER NOT NULL,
  failed_count   INTEGER NOT NULL,
  actor_kind     TEXT NOT NULL,
  actor_id       TEXT NOT NULL,
  actor_name     TEXT NOT NULL,
  actor_address  TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  started_at     INTEGER,
  finished_at    INTEGER,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid)
);
CREATE INDEX imports_running ON imports (id) WHERE state = 'running';
CREATE INDEX imports_by_age ON imports (created_at);

-- problems and result are JSON; result is empty until the line is done.
CREATE TABLE import_lines (
  vendor_id INTEGER NOT NULL,
  import_id INTEGER NOT NULL,
  line      INTEGER NOT NULL,
  cells     TEXT NOT NULL,
  state     TEXT NOT NULL,
  problems  TEXT NOT NULL,
  result    TEXT NOT NULL,
  PRIMARY KEY (vendor_id, import_id, line),
  FOREIGN KEY (vendor_id, import_id) REFERENCES imports (vendor_id, id)
);
CREATE INDEX import_lines_waiting ON import_lines (vendor_id, import_id, line) WHERE state = 'waiting';
CREATE INDEX import_lines_failed ON import_lines (vendor_id, import_id, line) WHERE state = 'failed';

-- +goose Down
SELECT 1;
