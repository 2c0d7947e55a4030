-- +goose Up

-- What the owner of a licence calls a device, and the same as lists look for it.
ALTER TABLE activations ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE activations ADD COLUMN display_name_folded TEXT NOT NULL DEFAULT '';
CREATE INDEX activations_by_display_name ON activations (vendor_id, display_name_folded, id) WHERE released_at IS NULL AND display_name_folded <> '';

-- +goose Down
SELECT 1;
