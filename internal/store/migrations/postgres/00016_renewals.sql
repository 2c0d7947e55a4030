-- +goose Up

-- Whoever renews a session need not move it in an index: what of a licence has
-- lapsed is found among its open sessions.
DROP INDEX sessions_lapsing;
CREATE INDEX sessions_open_of_license ON sessions (vendor_id, license_id, id) WHERE ended_at IS NULL;

-- Rows that are changed time and again, in columns that no index holds, stay on
-- their page when it has room for another version: then no index is written.
-- Pages that are full keep to what they are until they are written anew.
ALTER TABLE sessions SET (fillfactor = 80);
ALTER TABLE licenses SET (fillfactor = 85);
ALTER TABLE meters SET (fillfactor = 80);
ALTER TABLE pulses SET (fillfactor = 85);

-- +goose Down
SELECT 1;
