-- +goose Up

-- Failed lines of an import are let wait again in portions, before any is carried out.
ALTER TABLE imports ADD COLUMN retrying INTEGER NOT NULL DEFAULT 0;

-- When an open session is to be looked at for whether it has lapsed: never after
-- valid_until. A renewal leaves it as it is, so that it moves nothing in an index.
-- Sessions of before are looked at once, in portions.
ALTER TABLE sessions ADD COLUMN check_at INTEGER NOT NULL DEFAULT 1;
CREATE INDEX sessions_to_check ON sessions (vendor_id, license_id, check_at) WHERE ended_at IS NULL;

-- +goose Down
SELECT 1;
