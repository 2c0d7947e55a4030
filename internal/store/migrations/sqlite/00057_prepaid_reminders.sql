-- +goose Up

-- A customer's own thresholds: both are set or neither.
ALTER TABLE prepaid_customers ADD COLUMN very_low_days INTEGER;
CREATE INDEX prepaid_customers_low ON prepaid_customers (vendor_id, customer_id) WHERE low_days IS NOT NULL;

-- The owner's next card was bound without anybody's doing.
ALTER TABLE prepaid_bindings ADD COLUMN by_itself INTEGER NOT NULL DEFAULT 0;

-- What a customer is to be reminded of once a day is over: cards that fell under its
-- thresholds on it, and devices whose cards last for less than a week since.
CREATE TABLE prepaid_reminders (
  vendor_id   INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  day         INTEGER NOT NULL,
  low         INTEGER NOT NULL,
  very_low    INTEGER NOT NULL,
  spent       INTEGER NOT NULL,
  dark_soon   INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, customer_id, day),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id) ON DELETE CASCADE
);

-- +goose Down
SELECT 1;
