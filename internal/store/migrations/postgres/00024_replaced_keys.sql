-- +goose Up

-- Keys of licences that a new key has replaced, as SHA-256 hashes. The activation is
-- whose token key it was: its client goes on with it for heartbeats, and to give it up.
CREATE TABLE replaced_keys (
  vendor_id     BIGINT NOT NULL,
  digest        BYTEA NOT NULL,
  license_id    BIGINT NOT NULL,
  activation_id BIGINT,
  replaced_at   BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, digest, license_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);
CREATE INDEX replaced_keys_by_license ON replaced_keys (vendor_id, license_id);

-- Token keys are replaced in portions, by slot: those behind renewed_slot and up to
-- renewed_until are withdrawn, and have yet to be replaced.
ALTER TABLE licenses ADD COLUMN renewed_slot BIGINT NOT NULL DEFAULT 0;
ALTER TABLE licenses ADD COLUMN renewed_until BIGINT NOT NULL DEFAULT 0;

-- Products and editions that are sold no more. Their licences go on.
ALTER TABLE products ADD COLUMN archived_at BIGINT;
ALTER TABLE editions ADD COLUMN archived_at BIGINT;

-- The highest id of a table that a deleted row had: no other row gets it.
CREATE TABLE last_ids (
  name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  id   BIGINT NOT NULL
);

-- +goose Down
SELECT 1;
