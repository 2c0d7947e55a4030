-- +goose Up

-- Host names of vendors' own, for their licensing dashboard, their page for files and the
-- links in mails. Several vendors may name one host; it serves one of them at most. proof
-- says by what it serves; failing_since is when a proof by DNS was missed first.
CREATE TABLE vendor_hosts (
  vendor_id     BIGINT NOT NULL REFERENCES vendors (id),
  uuid          BYTEA NOT NULL,
  host          TEXT COLLATE "C" NOT NULL,
  opens         TEXT COLLATE "C" NOT NULL,
  secret        TEXT COLLATE "C" NOT NULL,
  proof         TEXT COLLATE "C" NOT NULL,
  is_serving    BIGINT NOT NULL,
  misses        BIGINT NOT NULL,
  checked_at    BIGINT,
  seen          TEXT COLLATE "C" NOT NULL,
  failing_since BIGINT,
  next_check_at BIGINT,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, uuid)
);
CREATE UNIQUE INDEX vendor_hosts_by_host ON vendor_hosts (vendor_id, host);
CREATE UNIQUE INDEX vendor_hosts_serving ON vendor_hosts (host) WHERE is_serving = 1;
CREATE INDEX vendor_hosts_due ON vendor_hosts (next_check_at) WHERE next_check_at IS NOT NULL;

-- +goose Down
SELECT 1;
