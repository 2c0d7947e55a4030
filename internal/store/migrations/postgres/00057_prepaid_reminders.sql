-- +goose Up

-- A customer's own thresholds: both are set or neither.
ALTER TABLE prepaid_customers ADD COLUMN very_low_days BIGINT;
CREATE INDEX prepaid_customers_low ON prepaid_customers (vendor_id, customer_id) WHERE low_days IS NOT NULL;

-- The owner's next card was bound without anybody's doing.
ALTER TABLE prepaid_bindings ADD COLUMN by_itself BIGINT NOT NULL DEFAULT 0;

-- What a customer is to be reminded of once a day is over: cards that fell under its
-- thresholds on it, and devices whose cards last for less than a week since.
CREATE TABLE prepaid_reminders (
  vendor_id   BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  day         BIGINT NOT NULL,
  low         BIGINT NOT NULL,
  very_low    BIGINT NOT NULL,
  spent       BIGINT NOT NULL,
  dark_soon   BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, customer_id, day),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id) ON DELETE CASCADE
);

-- +goose Down
SELECT 1;
