-- +goose Up

-- Host names of vendors' own, for their licensing dashboard, their page for files and the
-- links in mails. Several vendors may name one host; it serves one of them at most. proof
-- says by what it serves; failing_since is when a proof by DNS was missed first.
CREATE TABLE vendor_hosts (
  vendor_id     INTEGER NOT NULL REFERENCES vendors (id),
  uuid          BLOB NOT NULL,
  host          TEXT NOT NULL,
  opens         TEXT NOT NULL,
  secret        TEXT NOT NULL,
  proof         TEXT NOT NULL,
  is_serving    INTEGER NOT NULL,
  misses        INTEGER NOT NULL,
  checked_at    INTEGER,
  seen          TEXT NOT NULL,
  failing_since INTEGER,
  next_check_at INTEGER,
  created_at    INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, uuid)
);
CREATE UNIQUE INDEX vendor_hosts_by_host ON vendor_hosts (vendor_id, host);
CREATE UNIQUE INDEX vendor_hosts_serving ON vendor_hosts (host) WHERE is_serving = 1;
CREATE INDEX vendor_hosts_due ON vendor_hosts (next_check_at) WHERE next_check_at IS NOT NULL;

-- +goose Down
SELECT 1;
