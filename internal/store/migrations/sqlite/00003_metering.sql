-- +goose Up

CREATE TABLE meters (
  id                INTEGER PRIMARY KEY,
  vendor_id         INTEGER NOT NULL,
  license_id        INTEGER NOT NULL,
  limitation        BLOB NOT NULL,
  consumed          INTEGER NOT NULL,
  gross             INTEGER NOT NULL,
  folded_consumed   INTEGER NOT NULL,
  folded_gross      INTEGER NOT NULL,
  period_started_at INTEGER NOT NULL,
  period_ends_at    INTEGER,
  reset_mode        TEXT NOT NULL,
  reset_days        INTEGER NOT NULL,
  alerted           INTEGER NOT NULL,
  exhausted_at      INTEGER,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, license_id, limitation),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);

-- The ledger: what was counted, with the meter as it stood right after.
CREATE TABLE consumptions (
  id                INTEGER PRIMARY KEY,
  vendor_id         INTEGER NOT NULL,
  uuid              BLOB NOT NULL,
  meter_id          INTEGER NOT NULL,
  kind              TEXT NOT NULL,
  amount            INTEGER NOT NULL,
  device_id         INTEGER,
  user_id           TEXT NOT NULL,
  external_id       TEXT,
  said_at           INTEGER,
  at                INTEGER NOT NULL,
  note              TEXT NOT NULL,
  undoes            INTEGER,
  limit_then        INTEGER,
  consumed_then     INTEGER NOT NULL,
  goodwill_percent  INTEGER NOT NULL,
  period_started_at INTEGER NOT NULL,
  period_ends_at    INTEGER,
  UNIQUE (vendor_id, uuid),
  FOREIGN KEY (vendor_id, meter_id) REFERENCES meters (vendor_id, id),
  FOREIGN KEY (vendor_id, device_id) REFERENCES devices (vendor_id, id)
);
CREATE INDEX consumptions_by_meter ON consumptions (vendor_id, meter_id, id);
CREATE INDEX consumptions_by_client ON consumptions (vendor_id, meter_id, device_id, id);
CREATE UNIQUE INDEX consumptions_once_by_id ON consumptions (vendor_id, meter_id, external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX consumptions_once_by_content ON consumptions (vendor_id, meter_id, device_id, said_at, amount)
  WHERE external_id IS NULL AND said_at IS NOT NULL;
CREATE UNIQUE INDEX consumptions_undone_once ON consumptions (vendor_id, undoes) WHERE undoes IS NOT NULL;

CREATE TABLE usage_features (
  id         INTEGER PRIMARY KEY,
  vendor_id  INTEGER NOT NULL,
  uuid       BLOB NOT NULL,
  product_id INTEGER NOT NULL,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, product_id, name),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id)
);

CREATE TABLE usage_modules (
  id         INTEGER PRIMARY KEY,
  vendor_id  INTEGER NOT NULL,
  uuid       BLOB NOT NULL,
  product_id INTEGER NOT NULL,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, product_id, name),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id)
);

-- What a client used in a day; module_id 0 stands for none.
CREATE TABLE usage_values (
  vendor_id  INTEGER NOT NULL,
  feature_id INTEGER NOT NULL,
  module_id  INTEGER NOT NULL,
  device_id  INTEGER NOT NULL,
  day        INTEGER NOT NULL,
  value      INTEGER NOT NULL,
  reports    INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, feature_id, module_id, device_id, day),
  FOREIGN KEY (vendor_id, feature_id) REFERENCES usage_features (vendor_id, id),
  FOREIGN KEY (vendor_id, device_id) REFERENCES devices (vendor_id, id)
);

CREATE TABLE analytical_fields (
  id         INTEGER PRIMARY KEY,
  vendor_id  INTEGER NOT NULL,
  uuid       BLOB NOT NULL,
  product_id INTEGER NOT NULL,
  name       TEXT NOT NULL,
  is_number  INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, product_id, name),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id)
);

-- The newest value of a client and day.
CREATE TABLE analytical_values (
  vendor_id INTEGER NOT NULL,
  field_id  INTEGER NOT NULL,
  device_id INTEGER NOT NULL,
  day       INTEGER NOT NULL,
  value     TEXT NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, field_id, device_id, day),
  FOREIGN KEY (vendor_id, field_id) REFERENCES analytical_fields (vendor_id, id),
  FOREIGN KEY (vendor_id, device_id) REFERENCES devices (vendor_id, id)
);

-- +goose Down
SELECT 1;
