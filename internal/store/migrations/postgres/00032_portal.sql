-- +goose Up

-- The face that a session is of: it is worth nothing on another one.
ALTER TABLE user_sessions ADD COLUMN face TEXT COLLATE "C" NOT NULL DEFAULT 'console';

-- What users are allowed for a customer's licences.
CREATE TABLE customer_users (
  vendor_id   BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  role        TEXT COLLATE "C" NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, customer_id, user_id),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id) ON DELETE CASCADE,
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_users_by_user ON customer_users (vendor_id, user_id, customer_id);

-- +goose Down
SELECT 1;
