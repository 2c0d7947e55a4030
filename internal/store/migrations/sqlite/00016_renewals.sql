-- +goose Up

-- Whoever renews a session need not move it in an index: what of a licence has
-- lapsed is found among its open sessions.
DROP INDEX sessions_lapsing;
CREATE INDEX sessions_open_of_license ON sessions (vendor_id, license_id, id) WHERE ended_at IS NULL;

-- +goose Down
SELECT 1;
