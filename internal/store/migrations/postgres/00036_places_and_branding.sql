-- +goose Up

-- The city that an address leads to: coordinates in ten-thousandths of a degree, and
-- within how many kilometres the device most likely is.
ALTER TABLE activations ADD COLUMN city TEXT COLLATE "C";
ALTER TABLE activations ADD COLUMN latitude BIGINT;
ALTER TABLE activations ADD COLUMN longitude BIGINT;
ALTER TABLE activations ADD COLUMN radius_km BIGINT;
ALTER TABLE heartbeats ADD COLUMN city TEXT COLLATE "C";

-- A vendor that stores no location, and one whose stored ones are being removed: in
-- which of two passes, and up to which activation, by id, that was done.
ALTER TABLE vendors ADD COLUMN store_no_location BIGINT NOT NULL DEFAULT 0;
CREATE TABLE location_removals (
  vendor_id  BIGINT NOT NULL PRIMARY KEY REFERENCES vendors (id),
  at         BIGINT NOT NULL,
  pass       BIGINT NOT NULL,
  done_until BIGINT NOT NULL
);

-- What a vendor's customers see of it. The logo is by its name in
-- addresses: a hash, and its size.
ALTER TABLE vendors ADD COLUMN shown_name TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN accent_light TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN accent_dark TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN support_text TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE vendors ADD COLUMN logo TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE TABLE vendor_logos (
  vendor_id BIGINT NOT NULL PRIMARY KEY REFERENCES vendors (id),
  content   BYTEA NOT NULL
);

-- +goose Down
SELECT 1;
