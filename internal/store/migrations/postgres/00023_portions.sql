-- +goose Up

-- Failed lines of an import are let wait again in portions, before any is carried out.
ALTER TABLE imports ADD COLUMN retrying BIGINT NOT NULL DEFAULT 0;

-- When an open session is to be looked at for whether it has lapsed: never after
-- valid_until. A renewal leaves it as it is, so that it moves nothing in an index.
-- Sessions of before are looked at once, in portions.
ALTER TABLE sessions ADD COLUMN check_at BIGINT NOT NULL DEFAULT 1;
CREATE INDEX sessions_to_check ON sessions (vendor_id, license_id, check_at) WHERE ended_at IS NULL;

-- A customer with many below it that was moved: up to which of them, by id, the lines
-- to those above were made anew.
CREATE TABLE customer_moves (
  vendor_id   BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  done_until  BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, customer_id),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_closure_downwards ON customer_closure (vendor_id, superior_id, depth);

-- +goose Down
SELECT 1;
