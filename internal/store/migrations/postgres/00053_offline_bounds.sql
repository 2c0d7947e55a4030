-- +goose Up

-- A second device waits for the place, which has come under the name of the first one.
ALTER TABLE offline_deletions ADD COLUMN for_copy BIGINT NOT NULL DEFAULT 0;
-- An activation whose device had a file in force when another one came under its name, for which its place was freed.
ALTER TABLE activations ADD COLUMN gave_way BIGINT NOT NULL DEFAULT 0;

-- What is due is looked for among all vendors.
DROP INDEX offline_deletions_due;
CREATE INDEX offline_deletions_due ON offline_deletions (due_at, vendor_id) WHERE due_at IS NOT NULL;

-- The newest files of an activation are kept, and the contents that were had last.
DROP INDEX offline_files_kept;
CREATE INDEX offline_files_kept ON offline_files (vendor_id, last_at) WHERE content IS NOT NULL;
CREATE INDEX offline_files_by_activation ON offline_files (vendor_id, activation_uuid, id);
CREATE INDEX offline_files_contents ON offline_files (vendor_id, license_id, last_at, id) WHERE content IS NOT NULL;

-- How many limits a report brought the licence over, and whether it came from a copy: the same again says it again.
ALTER TABLE offline_reports ADD COLUMN exceeded BIGINT NOT NULL DEFAULT 0;
ALTER TABLE offline_reports ADD COLUMN is_copy BIGINT NOT NULL DEFAULT 0;

-- Licences that allowed offline use by themselves, before XML files were a choice of their own, keep both.
UPDATE licenses SET overrides = REPLACE(overrides, '"offline_allowed":true', '"offline_allowed":true,"xml_files_allowed":true')
  WHERE overrides LIKE '%"offline_allowed":true%' AND overrides NOT LIKE '%"xml_files_allowed":%'
  AND edition_id NOT IN (SELECT id FROM editions WHERE policy LIKE '%"xml_files_allowed":true%')
  AND updated_at < (SELECT (EXTRACT(EPOCH FROM MAX(tstamp) AT TIME ZONE current_setting('TimeZone')) + 1) * 1000 FROM goose_db_version WHERE version_id = 47);

-- +goose Down
SELECT 1;
