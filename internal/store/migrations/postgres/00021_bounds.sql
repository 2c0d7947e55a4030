-- +goose Up

-- Who names a client in a heartbeat and proves nothing more learns no keys.
ALTER TABLE products ADD COLUMN hide_keys_in_heartbeats BIGINT NOT NULL DEFAULT 0;

-- Until when the files go on that were handed out for an activation by a file;
-- NULL where that was not written down: for as long as the licence.
ALTER TABLE activations ADD COLUMN offline_until BIGINT;

-- Names that staff have taken out. They are found by nobody; periodic work takes
-- what was reported of them out, and then the names.
ALTER TABLE usage_features ADD COLUMN ended_at BIGINT;
ALTER TABLE usage_modules ADD COLUMN ended_at BIGINT;
ALTER TABLE analytical_fields ADD COLUMN ended_at BIGINT;
CREATE INDEX usage_features_ended ON usage_features (vendor_id, id) WHERE ended_at IS NOT NULL;
CREATE INDEX usage_modules_ended ON usage_modules (vendor_id, id) WHERE ended_at IS NOT NULL;
CREATE INDEX analytical_fields_ended ON analytical_fields (vendor_id, id) WHERE ended_at IS NOT NULL;

-- +goose Down
SELECT 1;
