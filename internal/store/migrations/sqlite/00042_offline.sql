-- +goose Up

-- Requests of devices without internet that were granted a licence, and what each led to.
CREATE TABLE offline_requests (
  vendor_id       INTEGER NOT NULL,
  uuid            BLOB NOT NULL,
  license_id      INTEGER NOT NULL,
  activation_uuid BLOB NOT NULL,
  client_key      BLOB NOT NULL,
  trusted_keys    TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, uuid),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX offline_requests_by_license ON offline_requests (vendor_id, license_id);
CREATE INDEX offline_requests_by_activation ON offline_requests (vendor_id, activation_uuid);

-- What is known of the records of an activation, as one device has told them; marks is JSON.
CREATE TABLE offline_histories (
  id              INTEGER PRIMARY KEY,
  vendor_id       INTEGER NOT NULL,
  license_id      INTEGER NOT NULL,
  activation_uuid BLOB NOT NULL,
  report          INTEGER NOT NULL,
  report_hash     TEXT NOT NULL,
  marks           TEXT NOT NULL,
  is_copy         INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX offline_histories_by_license ON offline_histories (vendor_id, license_id);
CREATE INDEX offline_histories_by_activation ON offline_histories (vendor_id, activation_uuid, id);

-- Reports that were counted, for their receipts.
CREATE TABLE offline_reports (
  vendor_id       INTEGER NOT NULL,
  report_hash     TEXT NOT NULL,
  license_id      INTEGER NOT NULL,
  activation_uuid BLOB NOT NULL,
  intent          TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, report_hash),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX offline_reports_by_license ON offline_reports (vendor_id, license_id, created_at);

-- +goose Down
SELECT 1;
