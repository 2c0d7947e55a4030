-- +goose Up

-- What the owner of a licence calls a device, and the same as lists look for it.
ALTER TABLE activations ADD COLUMN display_name TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE activations ADD COLUMN display_name_folded TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX activations_by_display_name ON activations (vendor_id, display_name_folded, id) WHERE released_at IS NULL AND display_name_folded <> '';

-- Which mails a user wants; no row: nothing chosen.
CREATE TABLE mail_choices (
  vendor_id BIGINT NOT NULL,
  user_id   BIGINT NOT NULL,
  kind      TEXT COLLATE "C" NOT NULL,
  is_on     BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, user_id, kind),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
ALTER TABLE mails ADD COLUMN stop_link TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Up to when a vendor's activations were looked at for new devices, and the devices of a
-- licence that its owners were not told of yet, with when they were told last.
CREATE TABLE new_device_marks (
  vendor_id    BIGINT NOT NULL PRIMARY KEY,
  looked_until BIGINT NOT NULL
);
CREATE TABLE new_devices (
  vendor_id  BIGINT NOT NULL,
  license_id BIGINT NOT NULL,
  devices    BIGINT NOT NULL,
  since      BIGINT NOT NULL,
  told_at    BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, license_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX new_devices_due ON new_devices (vendor_id, told_at);

-- +goose Down
SELECT 1;
