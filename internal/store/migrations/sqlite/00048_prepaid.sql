-- +goose Up

-- Prepaid device licences: cards of days, the devices that they are bound to, and what
-- was charged. A holder is a customer's id; 0 stands for the vendor's own stock.
CREATE TABLE prepaid_settings (
  vendor_id  INTEGER NOT NULL PRIMARY KEY REFERENCES vendors (id),
  grace_days INTEGER NOT NULL
);

CREATE TABLE prepaid_codes (
  id          INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL REFERENCES vendors (id),
  uuid        BLOB NOT NULL,
  code        TEXT NOT NULL,
  code_key    TEXT NOT NULL,
  name        TEXT NOT NULL,
  models      TEXT NOT NULL,
  days        INTEGER NOT NULL,
  on_report   INTEGER NOT NULL,
  price_note  TEXT NOT NULL,
  contact     TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  UNIQUE (vendor_id, code_key)
);

-- Works that go in portions: cards that are made, and sales of very many cards.
CREATE TABLE prepaid_orders (
  id          INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL REFERENCES vendors (id),
  uuid        BLOB NOT NULL,
  kind        TEXT NOT NULL,
  state       TEXT NOT NULL,
  code_id     INTEGER NOT NULL,
  from_holder INTEGER NOT NULL,
  to_holder   INTEGER NOT NULL,
  wanted      INTEGER NOT NULL,
  held        INTEGER NOT NULL,
  done        INTEGER NOT NULL,
  days        INTEGER NOT NULL,
  filter      TEXT NOT NULL,
  problem     TEXT NOT NULL,
  actor       TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid)
);
CREATE INDEX prepaid_orders_running ON prepaid_orders (id) WHERE ended_at IS NULL;

-- A card's days stand here while it is not bound; while it is, those in prepaid_bound
-- count, and the figure here is above 0 where that one is. standing is made of what the
-- other columns say: see prepaid.Standing.
CREATE TABLE prepaid_cards (
  id             INTEGER PRIMARY KEY,
  vendor_id      INTEGER NOT NULL,
  uuid           BLOB NOT NULL,
  number         TEXT NOT NULL,
  code_id        INTEGER NOT NULL,
  holder_id      INTEGER NOT NULL,
  standing       INTEGER NOT NULL,
  total_days     INTEGER NOT NULL,
  days           INTEGER NOT NULL,
  withdrawn_days INTEGER NOT NULL,
  is_used        INTEGER NOT NULL,
  activated_at   INTEGER,
  device_id      INTEGER,
  is_locked      INTEGER NOT NULL,
  batch_id       INTEGER NOT NULL,
  held_by        INTEGER,
  held_since     INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, number),
  FOREIGN KEY (vendor_id, code_id) REFERENCES prepaid_codes (vendor_id, id)
);
CREATE INDEX prepaid_cards_by_code ON prepaid_cards (vendor_id, code_id, id);
CREATE INDEX prepaid_cards_by_holder ON prepaid_cards (vendor_id, holder_id, id);
CREATE INDEX prepaid_cards_by_standing ON prepaid_cards (vendor_id, holder_id, standing, id);
CREATE INDEX prepaid_cards_by_batch ON prepaid_cards (vendor_id, batch_id, id);
CREATE INDEX prepaid_cards_of_device ON prepaid_cards (vendor_id, device_id, id) WHERE device_id IS NOT NULL;
CREATE INDEX prepaid_cards_held ON prepaid_cards (vendor_id, held_by, id) WHERE held_by IS NOT NULL;
CREATE INDEX prepaid_cards_to_sell ON prepaid_cards (vendor_id, holder_id, code_id, is_used, number)
  WHERE device_id IS NULL AND is_locked = 0 AND days > 0 AND held_by IS NULL;

-- What every charge reads and writes is narrow, and lies together by device. The id is
-- that of the device in devices.
CREATE TABLE prepaid_devices (
  id           INTEGER PRIMARY KEY,
  vendor_id    INTEGER NOT NULL,
  holder_id    INTEGER NOT NULL,
  usable_until INTEGER NOT NULL,
  due_at       INTEGER,
  dark         INTEGER NOT NULL,
  grace_left   INTEGER NOT NULL,
  grace_owed   INTEGER NOT NULL,
  on_report    INTEGER NOT NULL,
  FOREIGN KEY (vendor_id, id) REFERENCES devices (vendor_id, id)
);
CREATE INDEX prepaid_devices_by_holder ON prepaid_devices (vendor_id, holder_id, id);

CREATE TABLE prepaid_device_numbers (
  id           INTEGER PRIMARY KEY,
  vendor_id   INTEGER NOT NULL,
  uuid        BLOB NOT NULL,
  number_key  TEXT NOT NULL,
  number      TEXT NOT NULL,
  model       TEXT NOT NULL,
  said_model  TEXT NOT NULL,
  held_since  INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  UNIQUE (vendor_id, number_key)
);

-- When a device was heard last, and what it was answered. Written behind.
CREATE TABLE prepaid_heard (
  id        INTEGER PRIMARY KEY,
  vendor_id INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  outcome   INTEGER NOT NULL
);

CREATE TABLE prepaid_unknown (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  number_key TEXT NOT NULL,
  number     TEXT NOT NULL,
  heard_at   INTEGER NOT NULL,
  times      INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, number_key)
);
CREATE INDEX prepaid_unknown_by_time ON prepaid_unknown (vendor_id, heard_at);

-- The cards with days left of a device, beside it.
CREATE TABLE prepaid_bound (
  vendor_id    INTEGER NOT NULL,
  device_id    INTEGER NOT NULL,
  card_id      INTEGER NOT NULL,
  code_id      INTEGER NOT NULL,
  on_report    INTEGER NOT NULL,
  days         INTEGER NOT NULL,
  activated_at INTEGER,
  bound_at     INTEGER NOT NULL,
  number       TEXT NOT NULL,
  PRIMARY KEY (vendor_id, device_id, card_id)
) WITHOUT ROWID;

-- When the first of a group of 64 devices is due: an index of devices by time would be
-- rewritten by every charge.
CREATE TABLE prepaid_due (
  vendor_id INTEGER NOT NULL,
  grp       INTEGER NOT NULL,
  due_at    INTEGER,
  PRIMARY KEY (vendor_id, grp)
);
CREATE INDEX prepaid_due_by_time ON prepaid_due (due_at) WHERE due_at IS NOT NULL;

-- The deduction ledger: append-only, together by day and device. The rows of one charge
-- are numbered. card_id is 0 in a row without a card.
CREATE TABLE prepaid_ledger (
  vendor_id INTEGER NOT NULL,
  day       INTEGER NOT NULL,
  device_id INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  kind      INTEGER NOT NULL,
  by_report INTEGER NOT NULL,
  card_id   INTEGER NOT NULL,
  code_id   INTEGER NOT NULL,
  holder_id INTEGER NOT NULL,
  reason    INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, day, device_id, at, n)
) WITHOUT ROWID;

-- Which card was on which device, and when; a card's charges are found by it.
CREATE TABLE prepaid_bindings (
  id         INTEGER PRIMARY KEY,
  vendor_id  INTEGER NOT NULL,
  card_id    INTEGER NOT NULL,
  device_id  INTEGER NOT NULL,
  holder_id  INTEGER NOT NULL,
  bound_at   INTEGER NOT NULL,
  unbound_at INTEGER
);
CREATE INDEX prepaid_bindings_of_card ON prepaid_bindings (vendor_id, card_id, id);
CREATE INDEX prepaid_bindings_of_device ON prepaid_bindings (vendor_id, device_id, id);

-- The sales record. from_id and to_id are NULL for the vendor's stock; outside it, where
-- cards come from when they are issued and go to when they are withdrawn, is told by kind.
CREATE TABLE prepaid_transfers (
  id           INTEGER PRIMARY KEY,
  vendor_id    INTEGER NOT NULL REFERENCES vendors (id),
  uuid         BLOB NOT NULL,
  at           INTEGER NOT NULL,
  day          INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  from_id      INTEGER,
  to_id        INTEGER,
  code_id      INTEGER NOT NULL,
  cards        INTEGER NOT NULL,
  days         INTEGER NOT NULL,
  devices      INTEGER NOT NULL,
  order_id     INTEGER NOT NULL,
  actor        TEXT NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, uuid),
  FOREIGN KEY (vendor_id, from_id) REFERENCES customers (vendor_id, id),
  FOREIGN KEY (vendor_id, to_id) REFERENCES customers (vendor_id, id)
);
CREATE INDEX prepaid_transfers_from ON prepaid_transfers (vendor_id, from_id, id);
CREATE INDEX prepaid_transfers_to ON prepaid_transfers (vendor_id, to_id, id);
CREATE INDEX prepaid_transfers_of_order ON prepaid_transfers (vendor_id, order_id);

CREATE TABLE prepaid_transfer_cards (
  vendor_id   INTEGER NOT NULL,
  transfer_id INTEGER NOT NULL,
  card_id     INTEGER NOT NULL,
  days        INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, transfer_id, card_id)
) WITHOUT ROWID;
CREATE INDEX prepaid_transfer_cards_of_card ON prepaid_transfer_cards (vendor_id, card_id, transfer_id);

CREATE TABLE prepaid_transfer_devices (
  vendor_id   INTEGER NOT NULL,
  transfer_id INTEGER NOT NULL,
  device_id   INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, transfer_id, device_id)
) WITHOUT ROWID;
CREATE INDEX prepaid_transfer_devices_of_device ON prepaid_transfer_devices (vendor_id, device_id, transfer_id);

-- Counters: what a holder has of a code in each standing, and what happened on a day.
CREATE TABLE prepaid_stock (
  vendor_id INTEGER NOT NULL,
  holder_id INTEGER NOT NULL,
  code_id   INTEGER NOT NULL,
  standing  INTEGER NOT NULL,
  cards     INTEGER NOT NULL,
  days      INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, holder_id, code_id, standing)
);
CREATE TABLE prepaid_days (
  vendor_id INTEGER NOT NULL,
  holder_id INTEGER NOT NULL,
  day       INTEGER NOT NULL,
  code_id   INTEGER NOT NULL,
  charged   INTEGER NOT NULL,
  in_cards  INTEGER NOT NULL,
  in_days   INTEGER NOT NULL,
  out_cards INTEGER NOT NULL,
  out_days  INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, holder_id, day, code_id)
);

CREATE TABLE prepaid_customers (
  vendor_id      INTEGER NOT NULL,
  customer_id    INTEGER NOT NULL,
  allow_superior INTEGER NOT NULL,
  next_card      INTEGER NOT NULL,
  transfer_code  TEXT,
  low_days       INTEGER,
  PRIMARY KEY (vendor_id, customer_id),
  UNIQUE (vendor_id, transfer_code),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id) ON DELETE CASCADE
);

-- The instant, by the real clock, at which an operator said that a clock that had leapt is right.
CREATE TABLE clock_confirmations (
  confirmed_at INTEGER NOT NULL
);

-- +goose Down
SELECT 1;
