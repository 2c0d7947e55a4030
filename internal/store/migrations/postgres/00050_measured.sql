-- +goose Up

-- An edition with another contract is followed by the licences that have consumed of one.
CREATE INDEX licenses_measured ON licenses (vendor_id, id) WHERE measured IS NOT NULL;

-- +goose Down
SELECT 1;
