-- +goose Up

-- The limit that a period's alerts were announced of, so that one which was raised
-- may be announced of again; of alerts from before nobody knows it. And the same of
-- the contract, over the whole life.
ALTER TABLE meters ADD COLUMN told_of INTEGER NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE meters ADD COLUMN contract_alerted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meters ADD COLUMN contract_told_of INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
