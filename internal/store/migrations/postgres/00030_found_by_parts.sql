-- +goose Up

-- A key is found by one of its blocks, and by its end.
CREATE INDEX licenses_by_key_block2 ON licenses (vendor_id, substr(license_key, 5));
CREATE INDEX licenses_by_key_block3 ON licenses (vendor_id, substr(license_key, 7));
CREATE INDEX licenses_by_key_block4 ON licenses (vendor_id, substr(license_key, 9));
CREATE INDEX licenses_by_key_end ON licenses (vendor_id, substr(license_key, 15), license_key);
CREATE INDEX licenses_by_printed_block2 ON licenses (vendor_id, substr(printed_key, 7, 5), printed_key) WHERE printed_key IS NOT NULL;
CREATE INDEX licenses_by_printed_block3 ON licenses (vendor_id, substr(printed_key, 13, 5), printed_key) WHERE printed_key IS NOT NULL;
CREATE INDEX licenses_by_printed_end ON licenses (vendor_id, substr(printed_key, 20), printed_key) WHERE printed_key IS NOT NULL;
CREATE INDEX tokens_by_key_end ON tokens (vendor_id, substr(token_key, 15));

-- A device is found by the address that it called from last.
CREATE INDEX activations_by_address ON activations (vendor_id, address, id) WHERE released_at IS NULL AND address <> '';

-- Names are found by each of their words: what follows from the second word on, from
-- the third on, and so forth. Periodic work makes what is missing, in portions.
CREATE TABLE customer_words (
  vendor_id   BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  word        TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (vendor_id, customer_id, word),
  FOREIGN KEY (vendor_id, customer_id) REFERENCES customers (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_words_by_word ON customer_words (vendor_id, word, customer_id);
CREATE TABLE license_words (
  vendor_id  BIGINT NOT NULL,
  license_id BIGINT NOT NULL,
  word       TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (vendor_id, license_id, word),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX license_words_by_word ON license_words (vendor_id, word, license_id);
CREATE TABLE word_progress (
  names      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  done_until BIGINT NOT NULL
);

-- Who was refused last with a licence: a machine and a reason have one row.
CREATE TABLE last_refusals (
  vendor_id        BIGINT NOT NULL,
  license_id       BIGINT NOT NULL,
  slot             BIGINT NOT NULL,
  at               BIGINT NOT NULL,
  day              BIGINT NOT NULL,
  reason           BIGINT NOT NULL,
  client_id        TEXT COLLATE "C" NOT NULL,
  hostname         TEXT COLLATE "C" NOT NULL,
  software_version TEXT COLLATE "C" NOT NULL,
  address          TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (vendor_id, license_id, slot),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE INDEX last_refusals_by_day ON last_refusals (vendor_id, day);

-- +goose Down
SELECT 1;
