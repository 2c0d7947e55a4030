-- +goose Up

-- Passkeys. The record is what the adapter keeps of one: its public key, its flags
-- and its counter. A suspect one has answered with a counter that went back.
CREATE TABLE passkeys (
  vendor_id     INTEGER NOT NULL,
  uuid          BLOB NOT NULL,
  user_id       INTEGER NOT NULL,
  credential_id BLOB NOT NULL,
  name          TEXT NOT NULL,
  record        BLOB NOT NULL,
  created_at    INTEGER NOT NULL,
  used_at       INTEGER,
  suspect_at    INTEGER,
  PRIMARY KEY (vendor_id, uuid),
  UNIQUE (vendor_id, credential_id),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX passkeys_by_user ON passkeys (vendor_id, user_id, uuid);

-- What a browser has begun with its authenticator or at a provider and must come
-- back with: once, soon, and in the same browser, whose token's hash this is.
CREATE TABLE sign_in_ceremonies (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  hash       BLOB NOT NULL,
  kind       TEXT NOT NULL,
  user_id    INTEGER,
  sealed     BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, hash),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX sign_in_ceremonies_old ON sign_in_ceremonies (expires_at);
CREATE INDEX sign_in_ceremonies_by_user ON sign_in_ceremonies (vendor_id, user_id) WHERE user_id IS NOT NULL;

-- The vendor's OpenID provider. It is tried before it is switched on.
CREATE TABLE identity_providers (
  vendor_id     INTEGER PRIMARY KEY REFERENCES vendors (id),
  issuer        TEXT NOT NULL,
  client_id     TEXT NOT NULL,
  sealed_secret BLOB NOT NULL,
  label         TEXT NOT NULL,
  only_provider INTEGER NOT NULL,
  enabled       INTEGER NOT NULL,
  tried_at      INTEGER
);

-- Whom a provider knows a user as: by issuer and subject, never by an address.
CREATE TABLE user_identities (
  vendor_id INTEGER NOT NULL,
  issuer    TEXT NOT NULL,
  subject   TEXT NOT NULL,
  user_id   INTEGER NOT NULL,
  email     TEXT NOT NULL,
  linked_at INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, issuer, subject),
  UNIQUE (vendor_id, user_id, issuer),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);

-- +goose Down
SELECT 1;
