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

-- The mail log. What holds a secret link or code is kept in sealed until it is
-- sent; the other columns never hold one.
CREATE TABLE mails (
  id              INTEGER PRIMARY KEY,
  vendor_id       INTEGER NOT NULL REFERENCES vendors (id),
  uuid            BLOB NOT NULL,
  once_key        TEXT NOT NULL,
  kind            TEXT NOT NULL,
  license         BLOB,
  recipient       TEXT NOT NULL,
  subject         TEXT NOT NULL,
  body_text       TEXT NOT NULL,
  body_html       TEXT NOT NULL,
  sealed          BLOB,
  state           TEXT NOT NULL,
  attempts        INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  give_up_at      INTEGER NOT NULL,
  error           TEXT NOT NULL,
  at              INTEGER NOT NULL,
  sent_at         INTEGER,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, once_key)
);
CREATE INDEX mails_due ON mails (next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX mails_by_state ON mails (vendor_id, state, id);
CREATE INDEX mails_by_license ON mails (vendor_id, license, id) WHERE license IS NOT NULL;
CREATE INDEX mails_by_age ON mails (at);

CREATE TABLE mail_rules (
  vendor_id   INTEGER NOT NULL REFERENCES vendors (id),
  kind        TEXT NOT NULL,
  is_on       INTEGER NOT NULL,
  to_customer INTEGER NOT NULL,
  staff       TEXT NOT NULL,
  days        INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, kind)
);

CREATE TABLE mail_templates (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body_text  TEXT NOT NULL,
  body_html  TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, kind)
);

-- What was said of a licence's end; a new end is said anew.
CREATE TABLE license_notices (
  vendor_id  INTEGER NOT NULL,
  license_id INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  ends_at    INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, license_id, kind, ends_at),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);
CREATE INDEX licenses_by_end ON licenses (vendor_id, expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX licenses_by_first_activation ON licenses (vendor_id, edition_id, first_activated_at, id) WHERE first_activated_at IS NOT NULL;
CREATE INDEX licenses_by_own_days ON licenses (vendor_id, id) WHERE expires_days IS NOT NULL;
CREATE INDEX licenses_with_overrides ON licenses (vendor_id, id) WHERE overrides IS NOT NULL AND first_activated_at IS NOT NULL;

-- +goose Down
SELECT 1;
