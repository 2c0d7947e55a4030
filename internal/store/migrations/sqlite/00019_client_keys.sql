-- +goose Up

-- The keys of clients that count their calls, or that have given their activation up.
-- A call whose counter is not above this one was recorded and sent again; 0 is none
-- so far. A key that was given up activates nothing any more.
CREATE TABLE client_keys (
  vendor_id   INTEGER NOT NULL REFERENCES vendors (id),
  public_key  BLOB NOT NULL,
  counter     INTEGER NOT NULL,
  given_up_at INTEGER,
  PRIMARY KEY (vendor_id, public_key)
);

-- The highest counter of a client's heartbeats, which are written behind.
ALTER TABLE pulses ADD COLUMN counter INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
