-- +goose Up

-- Observed usage: what programs have sent, and what is counted of it. Ids of licences,
-- accounts and actors are texts that programs chose; inside they have numbers (observe_ids).
CREATE TABLE observe_settings (
  vendor_id      INTEGER NOT NULL PRIMARY KEY REFERENCES vendors (id),
  retention_days INTEGER NOT NULL,
  known_only     INTEGER NOT NULL
);

-- How far the figures of a vendor have come: they are exact as of as_of. seq counts the
-- changes of them, next_id numbers what is named next, and no event before
-- kept_from is kept, which was decided at kept_since.
CREATE TABLE observe_state (
  vendor_id INTEGER NOT NULL PRIMARY KEY REFERENCES vendors (id),
  as_of     INTEGER NOT NULL,
  seq       INTEGER NOT NULL,
  next_id   INTEGER NOT NULL,
  kept_from INTEGER NOT NULL,
  kept_since INTEGER NOT NULL,
  licenses  INTEGER NOT NULL,
  accounts  INTEGER NOT NULL,
  actors    INTEGER NOT NULL,
  products  INTEGER NOT NULL,
  versions  INTEGER NOT NULL,
  joins     INTEGER NOT NULL,
  phase     INTEGER NOT NULL,
  phase_a   INTEGER NOT NULL,
  phase_b   INTEGER NOT NULL
);

-- Batches that were accepted and are not counted yet.
CREATE TABLE observe_inbox (
  id        INTEGER PRIMARY KEY,
  vendor_id INTEGER NOT NULL REFERENCES vendors (id),
  received  INTEGER NOT NULL,
  items     INTEGER NOT NULL,
  payload   BLOB NOT NULL,
  UNIQUE (vendor_id, id)
);

-- root is the actor that an actor was joined to in the end; 0 for itself.
CREATE TABLE observe_ids (
  vendor_id INTEGER NOT NULL REFERENCES vendors (id),
  id        INTEGER NOT NULL,
  kind      INTEGER NOT NULL,
  parent_id INTEGER NOT NULL,
  name      TEXT NOT NULL,
  root_id   INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, id),
  UNIQUE (vendor_id, kind, parent_id, name)
) WITHOUT ROWID;
CREATE INDEX observe_ids_by_root ON observe_ids (vendor_id, root_id) WHERE root_id > 0;

-- The ids of the events that are kept, so that each counts once.
CREATE TABLE observe_seen (
  vendor_id INTEGER NOT NULL REFERENCES vendors (id),
  event_key BLOB NOT NULL,
  PRIMARY KEY (vendor_id, event_key)
) WITHOUT ROWID;

-- The events of a few seconds (slot) that were counted by one change (seq).
CREATE TABLE observe_blocks (
  vendor_id INTEGER NOT NULL REFERENCES vendors (id),
  slot      INTEGER NOT NULL,
  seq       INTEGER NOT NULL,
  events    INTEGER NOT NULL,
  event_keys BLOB NOT NULL,
  head      BLOB NOT NULL,
  body      BLOB NOT NULL,
  PRIMARY KEY (vendor_id, slot, seq)
);

-- What is counted of each licence and account.
CREATE TABLE observe_subjects (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  id         INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  first_at   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  latest_id  INTEGER NOT NULL,
  latest_at  INTEGER NOT NULL,
  latest_key BLOB NOT NULL,
  events     INTEGER NOT NULL,
  actors     INTEGER NOT NULL,
  others     INTEGER NOT NULL,
  products   INTEGER NOT NULL,
  versions   INTEGER NOT NULL,
  used       BLOB NOT NULL,
  PRIMARY KEY (vendor_id, id)
) WITHOUT ROWID;

-- The actors that a licence or an account was used by within the window, by actor.
CREATE TABLE observe_actor_pairs (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  actor_id   INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, actor_id, subject_id)
) WITHOUT ROWID;

-- Every account that a licence was ever seen with. events are those of the window.
CREATE TABLE observe_account_pairs (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  license_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  first_at   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  events     INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, license_id, account_id)
) WITHOUT ROWID;
CREATE INDEX observe_account_pairs_by_account ON observe_account_pairs (vendor_id, account_id, license_id);

-- Which licences and accounts the newest changes were about, for lists that are held in memory.
CREATE TABLE observe_changes (
  vendor_id INTEGER NOT NULL REFERENCES vendors (id),
  seq       INTEGER NOT NULL,
  subjects  BLOB NOT NULL,
  PRIMARY KEY (vendor_id, seq)
);

-- How many events of a day named an account and a licence, by version of a product.
CREATE TABLE observe_coverage (
  vendor_id    INTEGER NOT NULL REFERENCES vendors (id),
  day          INTEGER NOT NULL,
  version_id   INTEGER NOT NULL,
  events       INTEGER NOT NULL,
  with_account INTEGER NOT NULL,
  with_license INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, day, version_id)
) WITHOUT ROWID;

CREATE TABLE observe_sessions (
  vendor_id   INTEGER NOT NULL REFERENCES vendors (id),
  session_key TEXT NOT NULL,
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  end_reason  TEXT NOT NULL,
  actor       TEXT NOT NULL,
  product     TEXT NOT NULL,
  version     TEXT NOT NULL,
  account     TEXT NOT NULL,
  license     TEXT NOT NULL,
  PRIMARY KEY (vendor_id, session_key)
) WITHOUT ROWID;
CREATE INDEX observe_sessions_by_start ON observe_sessions (vendor_id, started_at);

-- What a session said of the browser or machine that it ran in.
CREATE TABLE observe_environments (
  vendor_id   INTEGER NOT NULL REFERENCES vendors (id),
  session_key TEXT NOT NULL,
  received    INTEGER NOT NULL,
  body        TEXT NOT NULL,
  PRIMARY KEY (vendor_id, session_key)
) WITHOUT ROWID;
CREATE INDEX observe_environments_by_time ON observe_environments (vendor_id, received);

-- The newest of what was not accepted, as it was sent; and how much that was in all.
CREATE TABLE observe_invalid (
  id        INTEGER PRIMARY KEY,
  vendor_id INTEGER NOT NULL REFERENCES vendors (id),
  received  INTEGER NOT NULL,
  what      INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  product   TEXT NOT NULL,
  version   TEXT NOT NULL,
  payload   TEXT NOT NULL,
  UNIQUE (vendor_id, id)
);
CREATE INDEX observe_invalid_by_reason ON observe_invalid (vendor_id, reason, id);

CREATE TABLE observe_invalid_counts (
  vendor_id INTEGER NOT NULL REFERENCES vendors (id),
  day       INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  items     INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, day, reason)
) WITHOUT ROWID;

-- Which actor was identified as which, and the actor that both are counted as.
CREATE TABLE observe_joins (
  id         INTEGER PRIMARY KEY,
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  actor      TEXT NOT NULL,
  identified TEXT NOT NULL,
  root       TEXT NOT NULL,
  at         INTEGER NOT NULL,
  received   INTEGER NOT NULL,
  UNIQUE (vendor_id, id),
  UNIQUE (vendor_id, actor)
);
CREATE INDEX observe_joins_by_root ON observe_joins (vendor_id, root);

-- +goose Down
SELECT 1;
