-- +goose Up

-- Passkeys. The record is what the adapter keeps of one: its public key, its flags
-- and its counter. A suspect one has answered with a counter that went back.
CREATE TABLE passkeys (
  vendor_id     BIGINT NOT NULL,
  uuid          BYTEA NOT NULL,
  user_id       BIGINT NOT NULL,
  credential_id BYTEA NOT NULL,
  name          TEXT COLLATE "C" NOT NULL,
  record        BYTEA NOT NULL,
  created_at    BIGINT NOT NULL,
  used_at       BIGINT,
  suspect_at    BIGINT,
  PRIMARY KEY (vendor_id, uuid),
  UNIQUE (vendor_id, credential_id),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX passkeys_by_user ON passkeys (vendor_id, user_id, uuid);

-- What a browser has begun with its authenticator or at a provider and must come
-- back with: once, soon, and in the same browser, whose token's hash this is.
CREATE TABLE sign_in_ceremonies (
  vendor_id  BIGINT NOT NULL REFERENCES vendors (id),
  hash       BYTEA NOT NULL,
  kind       TEXT COLLATE "C" NOT NULL,
  user_id    BIGINT,
  sealed     BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, hash),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX sign_in_ceremonies_old ON sign_in_ceremonies (expires_at);
CREATE INDEX sign_in_ceremonies_by_user ON sign_in_ceremonies (vendor_id, user_id) WHERE user_id IS NOT NULL;

-- The vendor's OpenID provider. It is tried before it is switched on.
CREATE TABLE identity_providers (
  vendor_id     BIGINT PRIMARY KEY REFERENCES vendors (id),
  issuer        TEXT COLLATE "C" NOT NULL,
  client_id     TEXT COLLATE "C" NOT NULL,
  sealed_secret BYTEA NOT NULL,
  label         TEXT COLLATE "C" NOT NULL,
  only_provider BIGINT NOT NULL,
  enabled       BIGINT NOT NULL,
  tried_at      BIGINT
);

-- Whom a provider knows a user as: by issuer and subject, never by an address.
CREATE TABLE user_identities (
  vendor_id BIGINT NOT NULL,
  issuer    TEXT COLLATE "C" NOT NULL,
  subject   TEXT COLLATE "C" NOT NULL,
  user_id   BIGINT NOT NULL,
  email     TEXT COLLATE "C" NOT NULL,
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, issuer, subject),
  UNIQUE (vendor_id, user_id, issuer),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);

-- +goose Down
SELECT 1;
