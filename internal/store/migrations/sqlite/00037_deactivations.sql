-- +goose Up

-- How many devices the owner and the clients of a licence have released ever, how many of
-- those staff have taken back, and the dashboard's share of both.
ALTER TABLE licenses ADD COLUMN deactivations INTEGER NOT NULL DEFAULT 0;
ALTER TABLE licenses ADD COLUMN deactivations_forgiven INTEGER NOT NULL DEFAULT 0;
ALTER TABLE licenses ADD COLUMN dashboard_deactivations INTEGER NOT NULL DEFAULT 0;
ALTER TABLE licenses ADD COLUMN dashboard_deactivations_forgiven INTEGER NOT NULL DEFAULT 0;

-- Whether the end of an activation counts among them: 0 not, 1 it does, 2 for the dashboard too.
ALTER TABLE activations ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;

-- The present activations of a licence that live from a file.
CREATE INDEX activations_offline_of ON activations (vendor_id, license_id, id) WHERE released_at IS NULL AND is_offline = 1;

-- Activations of a licence that are to be released in portions: all up to one of them, or
-- chosen ones. What they count for is counted before, and given back where it was not needed.
CREATE TABLE release_orders (
  id           INTEGER PRIMARY KEY,
  vendor_id    INTEGER NOT NULL,
  license_id   INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  until        INTEGER NOT NULL,
  done         INTEGER NOT NULL,
  reserved     INTEGER NOT NULL,
  released     INTEGER NOT NULL,
  actor_kind   TEXT NOT NULL,
  actor_id     TEXT NOT NULL,
  actor_name   TEXT NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, license_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);
CREATE TABLE release_order_items (
  vendor_id     INTEGER NOT NULL,
  order_id      INTEGER NOT NULL,
  activation_id INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, order_id, activation_id),
  FOREIGN KEY (vendor_id, order_id) REFERENCES release_orders (vendor_id, id) ON DELETE CASCADE
);

-- +goose Down
SELECT 1;
