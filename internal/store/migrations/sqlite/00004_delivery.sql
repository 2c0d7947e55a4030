-- +goose Up

ALTER TABLE subscriptions ADD COLUMN is_enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE subscriptions ADD COLUMN secret BLOB;
ALTER TABLE subscriptions ADD COLUMN old_secret BLOB;
ALTER TABLE subscriptions ADD COLUMN old_secret_until INTEGER;

-- What a receiver knows a message by; one for all subscribers of an event.
ALTER TABLE outbox ADD COLUMN uuid BLOB;
ALTER TABLE outbox ADD COLUMN give_up_at INTEGER;
CREATE INDEX outbox_due ON outbox (vendor_id, subscription_id, next_attempt_at, id) WHERE delivered_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_by_subscription ON outbox (vendor_id, subscription_id, id);

-- One row for each attempt to deliver an item.
CREATE TABLE deliveries (
  id              INTEGER PRIMARY KEY,
  vendor_id       INTEGER NOT NULL,
  subscription_id INTEGER NOT NULL,
  item_id         INTEGER NOT NULL,
  at              INTEGER NOT NULL,
  attempt         INTEGER NOT NULL,
  took_ms         INTEGER NOT NULL,
  status          INTEGER NOT NULL,
  error           TEXT NOT NULL,
  request         TEXT NOT NULL,
  response        TEXT NOT NULL,
  FOREIGN KEY (vendor_id, subscription_id) REFERENCES subscriptions (vendor_id, id)
);
CREATE INDEX deliveries_by_subscription ON deliveries (vendor_id, subscription_id, id);
CREATE INDEX deliveries_by_item ON deliveries (vendor_id, item_id, id);
-- +goose Down
SELECT 1;
