-- +goose Up

-- The present activations of a licence, without walking through those of the past:
-- staff release the oldest ones first, and a licence may have had any number.
CREATE INDEX activations_present_of ON activations (vendor_id, license_id, id) WHERE released_at IS NULL;

-- +goose Down
SELECT 1;
