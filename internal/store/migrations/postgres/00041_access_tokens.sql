-- +goose Up

-- Personal access tokens: what users of the portal open their own part of the API with.
-- Kept as hashes; gone when they are revoked.
CREATE TABLE access_tokens (
  vendor_id    BIGINT NOT NULL,
  uuid         BYTEA NOT NULL,
  user_id      BIGINT NOT NULL,
  name         TEXT COLLATE "C" NOT NULL,
  hint         TEXT COLLATE "C" NOT NULL,
  token_hash   BYTEA NOT NULL UNIQUE,
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  last_used_at BIGINT,
  PRIMARY KEY (vendor_id, uuid),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX access_tokens_by_user ON access_tokens (vendor_id, user_id, uuid);

-- +goose Down
SELECT 1;
