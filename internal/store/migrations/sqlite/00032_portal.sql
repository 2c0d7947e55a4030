-- +goose Up

-- The face that a session is of: it is worth nothing on another one.
ALTER TABLE user_sessions ADD COLUMN face TEXT NOT NULL DEFAULT 'console';

-- What users are allowed for a customer's licences.
CREATE TABLE customer_users (
  vendor_id   INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  user_id     INTEGER NOT NULL,
  role        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, customer_id, user_id),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id) ON DELETE CASCADE,
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_users_by_user ON customer_users (vendor_id, user_id, customer_id);

-- +goose Down
SELECT 1;
