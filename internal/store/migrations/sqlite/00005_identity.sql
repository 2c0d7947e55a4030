-- +goose Up

-- A vendor's place in addresses. Vendors from before have their id there until
-- they choose; those that an older server makes meanwhile have none.
ALTER TABLE vendors ADD COLUMN slug TEXT NOT NULL DEFAULT '';
UPDATE vendors SET slug = lower(substr(hex(uuid), 1, 8) || '-' || substr(hex(uuid), 9, 4) || '-' || substr(hex(uuid), 13, 4)
  || '-' || substr(hex(uuid), 17, 4) || '-' || substr(hex(uuid), 21));
CREATE UNIQUE INDEX vendors_by_slug ON vendors (slug) WHERE slug <> '';

-- The vendor's own roles; the built-in ones are in the program.
CREATE TABLE roles (
  id          INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL REFERENCES vendors (id),
  uuid        BLOB NOT NULL,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  permissions TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, name)
);

-- role is the key of a built-in role, 'custom' with a role_id, or empty for a
-- licensee user, who is not staff. Without a password the hash is empty.
CREATE TABLE users_new (
  id            INTEGER PRIMARY KEY,
  vendor_id     INTEGER NOT NULL REFERENCES vendors (id),
  uuid          BLOB NOT NULL,
  email         TEXT NOT NULL,
  name          TEXT NOT NULL,
  role          TEXT NOT NULL,
  role_id       INTEGER,
  password_hash TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  disabled_at   INTEGER,
  signed_in_at  INTEGER,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, email),
  FOREIGN KEY (vendor_id, role_id) REFERENCES roles (vendor_id, id)
);
INSERT INTO users_new (id, vendor_id, uuid, email, name, role, password_hash, created_at)
  SELECT id, vendor_id, uuid, email, name, role, password_hash, created_at FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
CREATE INDEX users_by_role ON users (vendor_id, role, id);
CREATE INDEX users_by_own_role ON users (vendor_id, role_id) WHERE role_id IS NOT NULL;

-- Who is signed in. The hash is unique by itself: user and vendor are found by it.
CREATE TABLE user_sessions (
  id            INTEGER PRIMARY KEY,
  vendor_id     INTEGER NOT NULL,
  uuid          BLOB NOT NULL,
  user_id       INTEGER NOT NULL,
  token_hash    BLOB NOT NULL UNIQUE,
  created_at    INTEGER NOT NULL,
  last_used_at  INTEGER NOT NULL,
  address       TEXT NOT NULL,
  user_agent    TEXT NOT NULL,
  method        TEXT NOT NULL,
  second_factor INTEGER NOT NULL,
  UNIQUE (vendor_id, uuid),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX user_sessions_by_user ON user_sessions (vendor_id, user_id, id);

-- What somebody has tried in vain. The subject is a hash of an account or an
-- address, also of accounts that do not exist.
CREATE TABLE failed_attempts (
  vendor_id    INTEGER NOT NULL REFERENCES vendors (id),
  subject      BLOB NOT NULL,
  failures     INTEGER NOT NULL,
  last_at      INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, subject)
);
CREATE INDEX failed_attempts_old ON failed_attempts (last_at);

-- Links and codes that were sent to a user: one of a kind at a time, the newest.
CREATE TABLE user_links (
  vendor_id  INTEGER NOT NULL,
  user_id    INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  hash       BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, user_id, kind),
  UNIQUE (vendor_id, hash),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);

-- Sign-ins that are half done: a second factor is due.
CREATE TABLE sign_in_steps (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  hash       BLOB NOT NULL,
  kind       TEXT NOT NULL,
  user_id    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, hash),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX sign_in_steps_old ON sign_in_steps (expires_at);
CREATE INDEX sign_in_steps_by_user ON sign_in_steps (vendor_id, user_id);

CREATE TABLE totp_secrets (
  vendor_id    INTEGER NOT NULL,
  user_id      INTEGER NOT NULL,
  sealed       BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  confirmed_at INTEGER,
  last_step    INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, user_id),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);

CREATE TABLE recovery_codes (
  vendor_id INTEGER NOT NULL,
  user_id   INTEGER NOT NULL,
  hash      BLOB NOT NULL,
  PRIMARY KEY (vendor_id, user_id, hash),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);

-- Admin keys that could do everything can do the new things too.
UPDATE api_keys SET permissions = permissions || ' view_devices view_sessions view_usage view_accounts view_prepaid manage_prepaid manage_imports manage_governance manage_delivery manage_signing_keys manage_team'
  WHERE kind = 'admin' AND permissions = 'provision_clients look_up_licenses switch_licenses view_catalog manage_catalog view_customers manage_customers view_licenses manage_licenses manage_activations manage_api_keys view_audit_log manage_vendor';

-- +goose Down
SELECT 1;
