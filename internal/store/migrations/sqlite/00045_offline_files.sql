-- +goose Up

-- Until when the newest file of an activation is good, NULL for as long as the licence; and
-- whom it was told that it wants a refresh: 0 nobody yet, 1 that it will, 2 that it did.
ALTER TABLE activations ADD COLUMN refresh_by INTEGER;
ALTER TABLE activations ADD COLUMN refresh_told INTEGER NOT NULL DEFAULT 0;
CREATE INDEX activations_refresh_by ON activations (vendor_id, refresh_by, id) WHERE released_at IS NULL AND refresh_by IS NOT NULL;

-- Files that were brought and handed out: a row is a file that came, with the one that went
-- back, or one that was asked for. What is brought again counts in its row. content is kept for a while.
CREATE TABLE offline_files (
  id              INTEGER PRIMARY KEY,
  vendor_id       INTEGER NOT NULL,
  uuid            BLOB NOT NULL,
  license_id      INTEGER NOT NULL,
  activation_uuid BLOB,
  client_id       TEXT NOT NULL,
  kind            TEXT NOT NULL,
  via             TEXT NOT NULL,
  actor_kind      TEXT NOT NULL,
  actor_id        TEXT NOT NULL,
  actor_name      TEXT NOT NULL,
  address         TEXT NOT NULL,
  in_hash         TEXT NOT NULL,
  in_size         INTEGER NOT NULL,
  number          INTEGER NOT NULL,
  out_name        TEXT NOT NULL,
  out_size        INTEGER NOT NULL,
  serial          INTEGER NOT NULL,
  content         BLOB,
  refused_code    TEXT NOT NULL,
  refused         TEXT NOT NULL,
  exceeded        INTEGER NOT NULL,
  is_copy         INTEGER NOT NULL,
  times           INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  last_at         INTEGER NOT NULL,
  settled_at      INTEGER,
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, license_id, in_hash, refused_code),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX offline_files_by_license ON offline_files (vendor_id, license_id, id);
CREATE INDEX offline_files_exceeded ON offline_files (vendor_id, id) WHERE exceeded > 0 AND settled_at IS NULL;
CREATE INDEX offline_files_kept ON offline_files (vendor_id, created_at) WHERE content IS NOT NULL;

-- Devices with a file in force that the owner of their licence has deleted: their place is
-- free at due_at, or, where that is NULL, when the vendor says so. It counts from the beginning.
CREATE TABLE offline_deletions (
  id              INTEGER PRIMARY KEY,
  vendor_id       INTEGER NOT NULL,
  uuid            BLOB NOT NULL,
  license_id      INTEGER NOT NULL,
  activation_id   INTEGER NOT NULL,
  reason          TEXT NOT NULL,
  counted         INTEGER NOT NULL,
  actor_kind      TEXT NOT NULL,
  actor_id        TEXT NOT NULL,
  actor_name      TEXT NOT NULL,
  asked_at        INTEGER NOT NULL,
  due_at          INTEGER,
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, activation_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id),
  FOREIGN KEY (vendor_id, activation_id) REFERENCES activations (vendor_id, id)
);
CREATE INDEX offline_deletions_by_license ON offline_deletions (vendor_id, license_id);
CREATE INDEX offline_deletions_due ON offline_deletions (vendor_id, due_at) WHERE due_at IS NOT NULL;

-- What a device calls itself in its reports, and when staff have seen that it is a copy.
ALTER TABLE offline_histories ADD COLUMN hostname TEXT NOT NULL DEFAULT '';
ALTER TABLE offline_histories ADD COLUMN settled_at INTEGER;
CREATE INDEX offline_histories_copies ON offline_histories (vendor_id, id) WHERE is_copy = 1 AND settled_at IS NULL;

-- +goose Down
SELECT 1;
