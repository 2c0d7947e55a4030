-- +goose Up

CREATE TABLE license_users (
  id         INTEGER PRIMARY KEY,
  vendor_id  INTEGER NOT NULL,
  license_id INTEGER NOT NULL,
  user_id    TEXT NOT NULL,
  UNIQUE (vendor_id, license_id, user_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);
CREATE INDEX license_users_by_license ON license_users (vendor_id, license_id, id);

-- One row for each floating licence that ever had a session. Whoever opens, ends
-- or lapses sessions of a licence locks it. No open session lapses before next_lapse.
CREATE TABLE session_counters (
  vendor_id  INTEGER NOT NULL,
  license_id INTEGER NOT NULL,
  open_count INTEGER NOT NULL,
  next_lapse INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, license_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);
CREATE INDEX session_counters_due ON session_counters (next_lapse) WHERE open_count > 0;

CREATE TABLE sessions (
  id          INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL,
  uuid        BLOB NOT NULL,
  license_id  INTEGER NOT NULL,
  client_id   TEXT NOT NULL,
  session_id  TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  is_overuse  INTEGER NOT NULL,
  opened_at   INTEGER NOT NULL,
  renewed_at  INTEGER NOT NULL,
  valid_until INTEGER NOT NULL,
  ended_at    INTEGER,
  end_reason  TEXT,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);
CREATE UNIQUE INDEX sessions_one_open ON sessions (vendor_id, license_id, client_id, session_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_lapsing ON sessions (vendor_id, license_id, valid_until) WHERE ended_at IS NULL;
CREATE INDEX sessions_of_user ON sessions (vendor_id, license_id, user_id) WHERE ended_at IS NULL AND user_id <> '';
CREATE INDEX sessions_by_license ON sessions (vendor_id, license_id, id);

-- +goose Down
SELECT 1;
