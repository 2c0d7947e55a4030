-- +goose Up

-- Since when a customer is within another one; 0: always. Who is above one that was moved
-- sees its records from then on.
ALTER TABLE customer_closure ADD COLUMN since BIGINT NOT NULL DEFAULT 0;

-- Nobody asks it: a card's owner is its device's.
ALTER TABLE prepaid_bindings DROP COLUMN holder_id;

-- +goose Down
SELECT 1;
