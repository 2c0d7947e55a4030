-- +goose Up

-- Licences that are to be handed to another person, who has to confirm it by a link. At
-- most one of a licence is pending: ended is '' then. The others are kept until they would
-- have run out, so that who opens such a link is told why it is over.
CREATE TABLE license_handovers (
  id         INTEGER PRIMARY KEY,
  vendor_id  INTEGER NOT NULL,
  license_id INTEGER NOT NULL,
  hash       BLOB NOT NULL,
  former     TEXT NOT NULL,
  address    TEXT NOT NULL,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended      TEXT NOT NULL DEFAULT '',
  asked_by   INTEGER,
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE,
  FOREIGN KEY (vendor_id, asked_by) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX license_handovers_by_hash ON license_handovers (vendor_id, hash);
CREATE INDEX license_handovers_by_license ON license_handovers (vendor_id, license_id, id);
CREATE UNIQUE INDEX license_handovers_pending ON license_handovers (vendor_id, license_id) WHERE ended = '';
CREATE INDEX license_handovers_by_user ON license_handovers (vendor_id, asked_by);
CREATE INDEX license_handovers_to ON license_handovers (vendor_id, address) WHERE ended = '';
CREATE INDEX license_handovers_by_end ON license_handovers (expires_at);

-- What owners ask the vendor for, with whose the licence was then. quantity is in millionths.
CREATE TABLE license_requests (
  id          INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL,
  uuid        BLOB NOT NULL,
  license_id  INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  user_id     INTEGER NOT NULL,
  wish        TEXT NOT NULL,
  meter       BLOB NOT NULL,
  meter_name  TEXT NOT NULL,
  quantity    INTEGER NOT NULL,
  message     TEXT NOT NULL,
  state       TEXT NOT NULL,
  answer      TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  answered_at INTEGER,
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE,
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id) ON DELETE CASCADE,
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX license_requests_by_uuid ON license_requests (vendor_id, uuid);
CREATE INDEX license_requests_by_vendor ON license_requests (vendor_id, id);
CREATE INDEX license_requests_by_state ON license_requests (vendor_id, state, id);
CREATE INDEX license_requests_by_license ON license_requests (vendor_id, license_id, id);
CREATE INDEX license_requests_by_customer ON license_requests (vendor_id, customer_id);
CREATE INDEX license_requests_by_user ON license_requests (vendor_id, user_id);
CREATE UNIQUE INDEX license_requests_open ON license_requests (vendor_id, license_id, wish, meter) WHERE state = 'open';

-- A vendor whose owners can't hand licences over by themselves.
ALTER TABLE vendors ADD COLUMN no_hand_over INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
