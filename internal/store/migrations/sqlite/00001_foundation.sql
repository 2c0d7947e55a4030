-- +goose Up

CREATE TABLE change_counter (
  id INTEGER PRIMARY KEY,
  n  INTEGER NOT NULL
);
INSERT INTO change_counter (id, n) VALUES (1, 0);

CREATE TABLE leases (
  name   TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  until  INTEGER NOT NULL
);

CREATE TABLE vendors (
  id         INTEGER PRIMARY KEY,
  uuid       BLOB NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  zone       TEXT NOT NULL,
  plan       TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE users (
  id            INTEGER PRIMARY KEY,
  vendor_id     INTEGER NOT NULL REFERENCES vendors (id),
  uuid          BLOB NOT NULL,
  email         TEXT NOT NULL,
  name          TEXT NOT NULL,
  role          TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, email)
);

CREATE TABLE signing_keys (
  id             INTEGER PRIMARY KEY,
  vendor_id      INTEGER NOT NULL REFERENCES vendors (id),
  kid            TEXT NOT NULL,
  kind           TEXT NOT NULL,
  public_key     BLOB NOT NULL,
  sealed_private BLOB NOT NULL,
  created_at     INTEGER NOT NULL,
  retired_at     INTEGER,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, kid)
);

-- The hash is unique by itself: the principal, and with it the vendor, is found by it.
CREATE TABLE api_keys (
  id             INTEGER PRIMARY KEY,
  vendor_id      INTEGER NOT NULL REFERENCES vendors (id),
  uuid           BLOB NOT NULL,
  kind           TEXT NOT NULL,
  name           TEXT NOT NULL,
  hint           TEXT NOT NULL,
  secret_hash    BLOB NOT NULL UNIQUE,
  permissions    TEXT NOT NULL,
  ed25519_key_id INTEGER,
  rsa_key_id     INTEGER,
  created_at     INTEGER NOT NULL,
  revoked_at     INTEGER,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  FOREIGN KEY (vendor_id, ed25519_key_id) REFERENCES signing_keys (vendor_id, id),
  FOREIGN KEY (vendor_id, rsa_key_id) REFERENCES signing_keys (vendor_id, id)
);

CREATE TABLE customers (
  id              INTEGER PRIMARY KEY,
  vendor_id       INTEGER NOT NULL REFERENCES vendors (id),
  uuid            BLOB NOT NULL,
  superior_id     INTEGER,
  company_name    TEXT NOT NULL,
  name_folded     TEXT NOT NULL,
  customer_number TEXT NOT NULL,
  email           TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, customer_number),
  FOREIGN KEY (vendor_id, superior_id) REFERENCES customers (vendor_id, id)
);
CREATE INDEX customers_by_name ON customers (vendor_id, name_folded, id);
CREATE INDEX customers_by_email ON customers (vendor_id, email, id);
CREATE INDEX customers_by_superior ON customers (vendor_id, superior_id, id);

CREATE TABLE customer_closure (
  vendor_id   INTEGER NOT NULL,
  superior_id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  depth       INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, superior_id, customer_id),
  FOREIGN KEY (vendor_id, superior_id) REFERENCES customers (vendor_id, id),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id)
);
CREATE INDEX customer_closure_upwards ON customer_closure (vendor_id, customer_id, depth);

CREATE TABLE products (
  id                    INTEGER PRIMARY KEY,
  vendor_id             INTEGER NOT NULL REFERENCES vendors (id),
  uuid                  BLOB NOT NULL,
  name                  TEXT NOT NULL,
  description           TEXT NOT NULL,
  maximum_inactive_days INTEGER,
  printed_keys          INTEGER NOT NULL,
  allow_client_moves    INTEGER NOT NULL,
  latest_release        TEXT NOT NULL,
  revision              INTEGER NOT NULL,
  created_at            INTEGER NOT NULL,
  updated_at            INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, name)
);

CREATE TABLE software_releases (
  id               INTEGER PRIMARY KEY,
  vendor_id        INTEGER NOT NULL,
  uuid             BLOB NOT NULL,
  product_id       INTEGER NOT NULL,
  software_release TEXT NOT NULL,
  description      TEXT NOT NULL,
  created_at       INTEGER NOT NULL,
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, product_id, software_release),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id)
);

CREATE TABLE features (
  id          INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL,
  uuid        BLOB NOT NULL,
  product_id  INTEGER NOT NULL,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, product_id, name),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id)
);

CREATE TABLE limitations (
  id          INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL,
  uuid        BLOB NOT NULL,
  product_id  INTEGER NOT NULL,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, product_id, name),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id)
);

CREATE TABLE variables (
  id          INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL,
  uuid        BLOB NOT NULL,
  product_id  INTEGER NOT NULL,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, product_id, name),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id)
);

CREATE TABLE editions (
  id                INTEGER PRIMARY KEY,
  vendor_id         INTEGER NOT NULL,
  uuid              BLOB NOT NULL,
  product_id        INTEGER NOT NULL,
  name              TEXT NOT NULL,
  description       TEXT NOT NULL,
  provisioning_mode TEXT NOT NULL,
  client_type       TEXT NOT NULL,
  license_type      TEXT NOT NULL,
  policy            TEXT NOT NULL,
  grants            TEXT NOT NULL,
  revision          INTEGER NOT NULL,
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, product_id, name),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id)
);

CREATE TABLE licenses (
  id                   INTEGER PRIMARY KEY,
  vendor_id            INTEGER NOT NULL,
  uuid                 BLOB NOT NULL,
  product_id           INTEGER NOT NULL,
  edition_id           INTEGER NOT NULL,
  customer_id          INTEGER NOT NULL,
  name                 TEXT NOT NULL,
  licensee_email       TEXT NOT NULL,
  license_key          BLOB NOT NULL,
  printed_key          TEXT,
  legacy_license_key   TEXT,
  is_active            INTEGER NOT NULL,
  is_temporary         INTEGER NOT NULL,
  starts_at            INTEGER,
  expires_mode         TEXT,
  expires_at           INTEGER,
  expires_days         INTEGER,
  overrides            TEXT,
  first_activated_at   INTEGER,
  contract_tokens      INTEGER NOT NULL,
  regular_used         INTEGER NOT NULL,
  goodwill_used        INTEGER NOT NULL,
  used_up_at           INTEGER,
  last_slot            INTEGER NOT NULL,
  revision             INTEGER NOT NULL,
  created_at           INTEGER NOT NULL,
  updated_at           INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, license_key),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id),
  FOREIGN KEY (vendor_id, edition_id) REFERENCES editions (vendor_id, id),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id)
);
CREATE UNIQUE INDEX licenses_by_printed_key ON licenses (vendor_id, printed_key) WHERE printed_key IS NOT NULL;
CREATE UNIQUE INDEX licenses_by_legacy_key ON licenses (vendor_id, product_id, legacy_license_key) WHERE legacy_license_key IS NOT NULL;
CREATE INDEX licenses_by_customer ON licenses (vendor_id, customer_id, id);
CREATE INDEX licenses_by_edition ON licenses (vendor_id, edition_id, id);
CREATE INDEX licenses_pressed ON licenses (vendor_id, edition_id, id) WHERE goodwill_used > 0 OR used_up_at IS NOT NULL;
CREATE INDEX licenses_by_licensee ON licenses (vendor_id, licensee_email, id);

CREATE TABLE tokens (
  id            INTEGER PRIMARY KEY,
  vendor_id     INTEGER NOT NULL,
  license_id    INTEGER NOT NULL,
  slot          INTEGER NOT NULL,
  role          TEXT NOT NULL,
  token_key     BLOB NOT NULL,
  activation_id INTEGER,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, token_key),
  UNIQUE (vendor_id, license_id, slot),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);
CREATE INDEX tokens_free ON tokens (vendor_id, license_id, role, slot) WHERE activation_id IS NULL;

CREATE TABLE devices (
  id              INTEGER PRIMARY KEY,
  vendor_id       INTEGER NOT NULL REFERENCES vendors (id),
  uuid            BLOB NOT NULL,
  number          TEXT NOT NULL,
  suspended_until INTEGER,
  created_at      INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, number)
);

CREATE TABLE activations (
  id                 INTEGER PRIMARY KEY,
  vendor_id          INTEGER NOT NULL,
  uuid               BLOB NOT NULL,
  product_id         INTEGER NOT NULL,
  license_id         INTEGER NOT NULL,
  token_id           INTEGER NOT NULL,
  token_key          BLOB NOT NULL,
  device_id          INTEGER NOT NULL,
  is_temporary       INTEGER NOT NULL,
  goodwill_since     INTEGER,
  goodwill_until     INTEGER,
  client_name        TEXT NOT NULL,
  client_description TEXT NOT NULL,
  tags               TEXT NOT NULL,
  hostname           TEXT NOT NULL,
  platform           TEXT NOT NULL,
  operating_system   TEXT NOT NULL,
  software_version   TEXT NOT NULL,
  device_variables   TEXT NOT NULL,
  address            TEXT NOT NULL,
  country            TEXT NOT NULL,
  client_public_key  BLOB,
  said               INTEGER NOT NULL,
  activated_at       INTEGER NOT NULL,
  released_at        INTEGER,
  release_reason     TEXT,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id),
  FOREIGN KEY (vendor_id, token_id) REFERENCES tokens (vendor_id, id),
  FOREIGN KEY (vendor_id, device_id) REFERENCES devices (vendor_id, id)
);
-- One licence per client and product, beside at most one temporary one.
CREATE UNIQUE INDEX activations_one_per_client ON activations (vendor_id, product_id, device_id) WHERE released_at IS NULL AND is_temporary = 0;
CREATE UNIQUE INDEX activations_one_temporary ON activations (vendor_id, product_id, device_id) WHERE released_at IS NULL AND is_temporary = 1;
CREATE INDEX activations_by_license ON activations (vendor_id, license_id, id);
CREATE INDEX activations_by_device ON activations (vendor_id, device_id, id);
CREATE INDEX activations_on_goodwill ON activations (vendor_id, license_id, goodwill_since) WHERE released_at IS NULL AND goodwill_since IS NOT NULL;
CREATE INDEX activations_goodwill_ends ON activations (goodwill_until) WHERE released_at IS NULL AND goodwill_until IS NOT NULL;

-- What a heartbeat that changes nothing writes, and nothing else.
CREATE TABLE pulses (
  activation_id INTEGER PRIMARY KEY,
  vendor_id     INTEGER NOT NULL,
  last_seen_at  INTEGER NOT NULL,
  last_seen_day INTEGER NOT NULL,
  day_count     INTEGER NOT NULL,
  UNIQUE (vendor_id, last_seen_day, activation_id)
);

CREATE TABLE heartbeats (
  id               INTEGER PRIMARY KEY,
  vendor_id        INTEGER NOT NULL,
  activation_id    INTEGER NOT NULL,
  at               INTEGER NOT NULL,
  day              INTEGER NOT NULL,
  day_count        INTEGER NOT NULL,
  software_version TEXT NOT NULL,
  operating_system TEXT NOT NULL,
  hostname         TEXT NOT NULL,
  platform         TEXT NOT NULL,
  address          TEXT NOT NULL,
  country          TEXT NOT NULL,
  group_id         TEXT NOT NULL,
  user_id          TEXT NOT NULL,
  FOREIGN KEY (vendor_id, activation_id) REFERENCES activations (vendor_id, id)
);
CREATE INDEX heartbeats_by_activation ON heartbeats (vendor_id, activation_id, id);

CREATE TABLE denials (
  vendor_id  INTEGER NOT NULL,
  license_id INTEGER NOT NULL,
  reason     INTEGER NOT NULL,
  hour       INTEGER NOT NULL,
  denied     INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, license_id, reason, hour),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);

CREATE TABLE audit_log (
  id           INTEGER PRIMARY KEY,
  vendor_id    INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  action       TEXT NOT NULL,
  subject      TEXT NOT NULL,
  subject_id   BLOB,
  license_id   INTEGER,
  actor_kind   TEXT NOT NULL,
  actor_id     TEXT NOT NULL,
  actor_name   TEXT NOT NULL,
  address      TEXT NOT NULL,
  request_id   TEXT NOT NULL,
  before_value TEXT,
  after_value  TEXT
);
CREATE INDEX audit_log_by_vendor ON audit_log (vendor_id, id);
CREATE INDEX audit_log_by_license ON audit_log (vendor_id, license_id, id) WHERE license_id IS NOT NULL;

CREATE TABLE audit_seals (
  vendor_id INTEGER NOT NULL,
  sequence  INTEGER NOT NULL,
  audit_id  INTEGER NOT NULL,
  digest    BLOB NOT NULL,
  hash      BLOB NOT NULL,
  PRIMARY KEY (vendor_id, sequence),
  UNIQUE (vendor_id, audit_id)
);

CREATE TABLE audit_heads (
  vendor_id INTEGER NOT NULL,
  sequence  INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  head      TEXT NOT NULL,
  PRIMARY KEY (vendor_id, sequence)
);

CREATE TABLE subscriptions (
  id         INTEGER PRIMARY KEY,
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  uuid       BLOB NOT NULL,
  kind       TEXT NOT NULL,
  target     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid)
);

CREATE TABLE subscription_events (
  vendor_id       INTEGER NOT NULL,
  event           TEXT NOT NULL,
  subscription_id INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, event, subscription_id),
  FOREIGN KEY (vendor_id, subscription_id) REFERENCES subscriptions (vendor_id, id)
);

CREATE TABLE outbox (
  id              INTEGER PRIMARY KEY,
  vendor_id       INTEGER NOT NULL,
  subscription_id INTEGER NOT NULL,
  stream          BLOB NOT NULL,
  event           TEXT NOT NULL,
  at              INTEGER NOT NULL,
  payload         TEXT NOT NULL,
  attempts        INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  delivered_at    INTEGER,
  dead_at         INTEGER,
  FOREIGN KEY (vendor_id, subscription_id) REFERENCES subscriptions (vendor_id, id)
);
CREATE INDEX outbox_waiting ON outbox (vendor_id, subscription_id, stream, id) WHERE delivered_at IS NULL AND dead_at IS NULL;

CREATE TABLE answers (
  vendor_id  INTEGER NOT NULL,
  principal  TEXT NOT NULL,
  route      TEXT NOT NULL,
  request_key TEXT NOT NULL,
  body_hash  BLOB NOT NULL,
  at         INTEGER NOT NULL,
  status     INTEGER,
  body       BLOB,
  is_sealed  INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, principal, route, request_key)
);
CREATE INDEX answers_by_age ON answers (at);

-- +goose Down
SELECT 1;
