-- +goose Up

-- The new address that a link of the kind address confirms.
ALTER TABLE user_links ADD COLUMN address TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Links that a newer one has replaced: who opens one is told when the newer was sent.
CREATE TABLE former_links (
  vendor_id  BIGINT NOT NULL,
  hash       BYTEA NOT NULL,
  user_id    BIGINT NOT NULL,
  kind       TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, hash),
  FOREIGN KEY (vendor_id, user_id) REFERENCES users (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX former_links_by_user ON former_links (vendor_id, user_id);

-- Addresses that people have changed: licences that name the former one have yet to get
-- the new one, in portions.
CREATE TABLE address_moves (
  vendor_id BIGINT NOT NULL REFERENCES vendors (id),
  former    TEXT COLLATE "C" NOT NULL,
  address   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (vendor_id, former)
);

-- Names that vendors had in addresses before: they lead to the vendor, and nobody else
-- may take one.
CREATE TABLE former_slugs (
  slug      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  vendor_id BIGINT NOT NULL REFERENCES vendors (id),
  until     BIGINT NOT NULL
);
CREATE INDEX former_slugs_by_vendor ON former_slugs (vendor_id);

-- +goose Down
SELECT 1;
