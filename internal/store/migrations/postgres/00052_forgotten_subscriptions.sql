-- +goose Up

-- When what an outside system said of a licence was last forgotten: what it said of before counts
-- no more. Nothing for licences of which nothing was.
ALTER TABLE licenses ADD COLUMN subscription_forgotten_at BIGINT;

-- +goose Down
SELECT 1;
