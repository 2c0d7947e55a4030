-- +goose Up

-- A client's present activation is found by its id alone: the device's number,
-- and whether it is suspended, stand here too. The number never changes; of
-- those that ended, the suspension is not kept.
ALTER TABLE activations ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
ALTER TABLE activations ADD COLUMN suspended_until INTEGER;
UPDATE activations SET
  client_id = (SELECT d.number FROM devices d WHERE d.vendor_id = activations.vendor_id AND d.id = activations.device_id),
  suspended_until = (SELECT d.suspended_until FROM devices d WHERE d.vendor_id = activations.vendor_id AND d.id = activations.device_id
    AND activations.released_at IS NULL);

-- One licence per client and product, beside at most one temporary one.
DROP INDEX activations_one_per_client;
DROP INDEX activations_one_temporary;
CREATE UNIQUE INDEX activations_present ON activations (vendor_id, client_id, product_id, is_temporary) WHERE released_at IS NULL;

-- +goose Down
SELECT 1;
