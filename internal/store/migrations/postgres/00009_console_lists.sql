-- +goose Up

-- What the console's lists filter and search by.
ALTER TABLE licenses ADD COLUMN name_folded TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE licenses SET name_folded = LOWER(TRIM(name)) WHERE name <> '';
CREATE INDEX licenses_by_name ON licenses (vendor_id, name_folded, id) WHERE name_folded <> '';
CREATE INDEX licenses_by_product ON licenses (vendor_id, product_id, id);
CREATE INDEX licenses_by_legacy_key_alone ON licenses (vendor_id, legacy_license_key, id) WHERE legacy_license_key IS NOT NULL;
CREATE INDEX licenses_switched_off ON licenses (vendor_id, id) WHERE is_active = 0;
CREATE INDEX licenses_refusing ON licenses (vendor_id, id) WHERE used_up_at IS NOT NULL;
CREATE INDEX licenses_above_contract ON licenses (vendor_id, id) WHERE goodwill_used > 0;

-- Names of hosts are ASCII, so that LOWER is the same on both engines.
CREATE INDEX activations_present ON activations (vendor_id, id) WHERE released_at IS NULL;
CREATE INDEX activations_past ON activations (vendor_id, id) WHERE released_at IS NOT NULL;
CREATE INDEX activations_by_hostname ON activations (vendor_id, LOWER(hostname), id) WHERE released_at IS NULL AND hostname <> '';
CREATE INDEX activations_goodwill_all ON activations (vendor_id, id) WHERE released_at IS NULL AND goodwill_since IS NOT NULL;
CREATE INDEX devices_suspended ON devices (vendor_id, suspended_until) WHERE suspended_until IS NOT NULL;

CREATE INDEX sessions_open ON sessions (vendor_id, id) WHERE ended_at IS NULL;
CREATE INDEX sessions_overuse ON sessions (vendor_id, id) WHERE is_overuse = 1;

CREATE INDEX usage_values_by_device ON usage_values (vendor_id, device_id, day);
CREATE INDEX analytical_values_by_device ON analytical_values (vendor_id, device_id, day);

-- +goose Down
SELECT 1;
