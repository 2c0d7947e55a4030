-- +goose Up

-- Customers whose address was changed: licences that had the former one from the
-- customer have yet to get the new one, in portions.
CREATE TABLE licensee_moves (
  vendor_id   INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  former      TEXT NOT NULL,
  PRIMARY KEY (vendor_id, customer_id, former),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id) ON DELETE CASCADE
);

-- +goose Down
SELECT 1;
