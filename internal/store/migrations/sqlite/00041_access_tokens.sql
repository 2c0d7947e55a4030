-- +goose Up

-- Personal access tokens: what users of the portal open their own part of the API with.
-- Kept as hashes; gone when they are revoked.
CREATE TABLE access_tokens (
  vendor_id    INTEGER NOT NULL,
  uuid         BLOB NOT NULL,
  user_id      INTEGER NOT NULL,
  name         TEXT NOT NULL,
  hint         TEXT NOT NULL,
  token_hash   BLOB NOT NULL UNIQUE,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  PRIMARY KEY (vendor_id, uuid),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX access_tokens_by_user ON access_tokens (vendor_id, user_id, uuid);

-- +goose Down
SELECT 1;
