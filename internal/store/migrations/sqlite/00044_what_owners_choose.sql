-- +goose Up

-- What the owner of a licence calls a device, and the same as lists look for it.
ALTER TABLE activations ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE activations ADD COLUMN display_name_folded TEXT NOT NULL DEFAULT '';
CREATE INDEX activations_by_display_name ON activations (vendor_id, display_name_folded, id) WHERE released_at IS NULL AND display_name_folded <> '';

-- Which mails a user wants; no row: nothing chosen.
CREATE TABLE mail_choices (
  vendor_id INTEGER NOT NULL,
  user_id   INTEGER NOT NULL,
  kind      TEXT NOT NULL,
  is_on     INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, user_id, kind),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
ALTER TABLE mails ADD COLUMN stop_link TEXT NOT NULL DEFAULT '';

-- Up to when a vendor's activations were looked at for new devices, and the devices of a
-- licence that its owners were not told of yet, with when they were told last.
CREATE TABLE new_device_marks (
  vendor_id    INTEGER NOT NULL PRIMARY KEY,
  looked_until INTEGER NOT NULL
);
CREATE TABLE new_devices (
  vendor_id  INTEGER NOT NULL,
  license_id INTEGER NOT NULL,
  devices    INTEGER NOT NULL,
  since      INTEGER NOT NULL,
  told_at    INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, license_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX new_devices_due ON new_devices (vendor_id, told_at);

-- +goose Down
SELECT 1;
