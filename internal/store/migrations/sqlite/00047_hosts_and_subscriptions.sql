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

-- What an outside system says of a licence whose validity it decides. stated_at and message
-- order what it says, whatever order that comes in.
CREATE TABLE license_subscriptions (
  vendor_id   INTEGER NOT NULL,
  license_id  INTEGER NOT NULL,
  provider    TEXT NOT NULL,
  external_id TEXT NOT NULL,
  status      TEXT NOT NULL,
  ends_at     INTEGER,
  stated_at   INTEGER NOT NULL,
  message     TEXT NOT NULL,
  updated_at  INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, license_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX license_subscriptions_outside ON license_subscriptions (vendor_id, provider, external_id);

-- Webhooks by which outside systems say it, with their secrets, sealed.
CREATE TABLE incoming_webhooks (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  uuid       BLOB NOT NULL,
  provider   TEXT NOT NULL,
  secret     BLOB NOT NULL,
  old_secret BLOB,
  old_until  INTEGER,
  heard_at   INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, uuid)
);
CREATE UNIQUE INDEX incoming_webhooks_by_provider ON incoming_webhooks (vendor_id, provider);

-- XML files are off unless an edition names them: those that could be used offline go on.
UPDATE editions SET policy = REPLACE(policy, '"offline_allowed":true', '"offline_allowed":true,"xml_files_allowed":true')
  WHERE policy LIKE '%"offline_allowed":true%';

-- +goose Down
SELECT 1;
