-- +goose Up

-- Which report of its device a report was, and which it went on: a copied device tells others
-- under the same numbers.
ALTER TABLE offline_reports ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE offline_reports ADD COLUMN previous TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX offline_reports_by_activation ON offline_reports (vendor_id, activation_uuid, number);

-- The second, third, ... device that asks under one client id while a file of another is in force
-- is listed with "~2", "~3", ... behind the id; 0 for one that is listed as it calls itself.
ALTER TABLE offline_requests ADD COLUMN copy_number BIGINT NOT NULL DEFAULT 0;

-- What a device whose file is in force may have used without telling it, counted when another
-- came under its name; amount is what no report of it has covered yet, in millionths.
CREATE TABLE offline_presumed (
  vendor_id       BIGINT NOT NULL,
  activation_uuid BYTEA NOT NULL,
  limitation_uuid BYTEA NOT NULL,
  license_id      BIGINT NOT NULL,
  amount          BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, activation_uuid, limitation_uuid),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX offline_presumed_by_license ON offline_presumed (vendor_id, license_id);

-- The newest list of a vendor's signing keys, signed by a root key that the server does not have.
CREATE TABLE key_lists (
  vendor_id  BIGINT PRIMARY KEY REFERENCES vendors (id),
  root_key   BYTEA NOT NULL,
  number     BIGINT NOT NULL,
  document   TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL
);

-- +goose Down
SELECT 1;
