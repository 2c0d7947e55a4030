-- +goose Up

-- What a record says of people is in its digest by a hash with salt. Whoever erases it
-- keeps that hash, and throws the salt away: nobody can try out what it was.
-- Records of before have no salt.
ALTER TABLE audit_log ADD COLUMN salt BLOB;
ALTER TABLE audit_log ADD COLUMN personal_hash BLOB;

-- Erasing somebody's personal data goes in portions: how far it came.
CREATE TABLE erasures (
  id          INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL REFERENCES vendors (id),
  uuid        BLOB NOT NULL,
  kind        TEXT NOT NULL,
  subject_id  BLOB,
  stage       TEXT NOT NULL,
  after_key   TEXT NOT NULL,
  rows_erased INTEGER NOT NULL,
  started_at  INTEGER NOT NULL,
  finished_at INTEGER,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid)
);
CREATE INDEX erasures_running ON erasures (id) WHERE finished_at IS NULL;

-- Whose licences they are, and the names and addresses that are looked for elsewhere:
-- both only while it goes on.
CREATE TABLE erasure_licenses (
  vendor_id  INTEGER NOT NULL,
  erasure_id INTEGER NOT NULL,
  license_id INTEGER NOT NULL,
  license    BLOB NOT NULL,
  PRIMARY KEY (vendor_id, erasure_id, license_id),
  FOREIGN KEY (vendor_id, erasure_id) REFERENCES erasures (vendor_id, id)
);
CREATE INDEX erasure_licenses_by_uuid ON erasure_licenses (vendor_id, erasure_id, license);
CREATE TABLE erasure_words (
  vendor_id  INTEGER NOT NULL,
  erasure_id INTEGER NOT NULL,
  word       TEXT NOT NULL,
  PRIMARY KEY (vendor_id, erasure_id, word),
  FOREIGN KEY (vendor_id, erasure_id) REFERENCES erasures (vendor_id, id)
);

-- +goose Down
SELECT 1;
