-- +goose Up

-- The private part of a retired signing key is destroyed after a time. Its row and
-- its public part stay; sealed_private is then empty.
ALTER TABLE signing_keys ADD COLUMN destroyed_at BIGINT;
CREATE INDEX signing_keys_retired ON signing_keys (retired_at) WHERE retired_at IS NOT NULL AND destroyed_at IS NULL;

-- +goose Down
SELECT 1;
