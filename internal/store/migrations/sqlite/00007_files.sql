-- +goose Up

-- Activated by a file: silence says nothing of such a client.
ALTER TABLE activations ADD COLUMN is_offline INTEGER NOT NULL DEFAULT 0;

ALTER TABLE vendors ADD COLUMN direct_activation_files INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
