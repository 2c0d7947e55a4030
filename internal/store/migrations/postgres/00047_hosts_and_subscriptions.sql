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

-- What an outside system says of a licence whose validity it decides. stated_at and message
-- order what it says, whatever order that comes in.
CREATE TABLE license_subscriptions (
  vendor_id   BIGINT NOT NULL,
  license_id  BIGINT NOT NULL,
  provider    TEXT COLLATE "C" NOT NULL,
  external_id TEXT COLLATE "C" NOT NULL,
  status      TEXT COLLATE "C" NOT NULL,
  ends_at     BIGINT,
  stated_at   BIGINT NOT NULL,
  message     TEXT COLLATE "C" NOT NULL,
  updated_at  BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, license_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX license_subscriptions_outside ON license_subscriptions (vendor_id, provider, external_id);

-- Webhooks by which outside systems say it, with their secrets, sealed.
CREATE TABLE incoming_webhooks (
  vendor_id  BIGINT NOT NULL REFERENCES vendors (id),
  uuid       BYTEA NOT NULL,
  provider   TEXT COLLATE "C" NOT NULL,
  secret     BYTEA NOT NULL,
  old_secret BYTEA,
  old_until  BIGINT,
  heard_at   BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, uuid)
);
CREATE UNIQUE INDEX incoming_webhooks_by_provider ON incoming_webhooks (vendor_id, provider);

-- XML files are off unless an edition names them: those that could be used offline go on.
UPDATE editions SET policy = REPLACE(policy, '"offline_allowed":true', '"offline_allowed":true,"xml_files_allowed":true')
  WHERE policy LIKE '%"offline_allowed":true%';

-- +goose Down
SELECT 1;
