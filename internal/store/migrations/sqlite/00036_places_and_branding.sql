-- +goose Up

-- The city that an address leads to: coordinates in ten-thousandths of a degree, and
-- within how many kilometres the device most likely is.
ALTER TABLE activations ADD COLUMN city TEXT;
ALTER TABLE activations ADD COLUMN latitude INTEGER;
ALTER TABLE activations ADD COLUMN longitude INTEGER;
ALTER TABLE activations ADD COLUMN radius_km INTEGER;
ALTER TABLE heartbeats ADD COLUMN city TEXT;

-- A vendor that stores no location, and one whose stored ones are being removed: in
-- which of two passes, and up to which activation, by id, that was done.
ALTER TABLE vendors ADD COLUMN store_no_location INTEGER NOT NULL DEFAULT 0;
CREATE TABLE location_removals (
  vendor_id  INTEGER NOT NULL PRIMARY KEY REFERENCES vendors (id),
  at         INTEGER NOT NULL,
  pass       INTEGER NOT NULL,
  done_until INTEGER NOT NULL
);

-- What a vendor's customers see of it. The logo is by its name in
-- addresses: a hash, and its size.
ALTER TABLE vendors ADD COLUMN shown_name TEXT NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN accent_light TEXT NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN accent_dark TEXT NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN support_text TEXT NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN logo TEXT NOT NULL DEFAULT '';
CREATE TABLE vendor_logos (
  vendor_id INTEGER NOT NULL PRIMARY KEY REFERENCES vendors (id),
  content   BLOB NOT NULL
);

-- +goose Down
SELECT 1;
