-- +goose Up

-- What a file holds, so that nobody brings the same one in twice without being asked:
-- a hash of its heading and its cells. Files from before have none.
ALTER TABLE imports ADD COLUMN digest BLOB;
CREATE INDEX imports_by_digest ON imports (vendor_id, kind, digest) WHERE digest IS NOT NULL;

-- +goose Down
SELECT 1;
