-- +goose Up

-- What was counted of a day (days since 1970-01-01 UTC) by periodic work; value is
-- what the figure is told apart by: a version, a country, a reason, or nothing.
CREATE TABLE figures (
  vendor_id  INTEGER NOT NULL,
  figure     TEXT NOT NULL,
  day        INTEGER NOT NULL,
  product_id INTEGER NOT NULL,
  value      TEXT NOT NULL,
  n          INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, figure, day, product_id, value),
  FOREIGN KEY (vendor_id, product_id) REFERENCES products (vendor_id, id)
);

-- When a day was last counted; a day that was counted well after its end is final.
CREATE TABLE figure_days (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  day        INTEGER NOT NULL,
  counted_at INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, day)
);

-- Every stay of an activation in the goodwill zone, also after it has left it.
CREATE TABLE goodwill_stays (
  id            INTEGER PRIMARY KEY,
  vendor_id     INTEGER NOT NULL,
  license_id    INTEGER NOT NULL,
  activation_id INTEGER NOT NULL,
  entered_at    INTEGER NOT NULL,
  left_at       INTEGER,
  left_by       TEXT,
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id),
  FOREIGN KEY (vendor_id, activation_id) REFERENCES activations (vendor_id, id)
);
INSERT INTO goodwill_stays (vendor_id, license_id, activation_id, entered_at)
  SELECT vendor_id, license_id, id, goodwill_since FROM activations WHERE released_at IS NULL AND goodwill_since IS NOT NULL ORDER BY goodwill_since, id;
CREATE INDEX goodwill_stays_entered ON goodwill_stays (vendor_id, entered_at, id);
CREATE INDEX goodwill_stays_left ON goodwill_stays (vendor_id, left_at) WHERE left_at IS NOT NULL;
CREATE INDEX goodwill_stays_open ON goodwill_stays (vendor_id, entered_at, id) WHERE left_at IS NULL;
CREATE UNIQUE INDEX goodwill_stays_one_open ON goodwill_stays (vendor_id, activation_id) WHERE left_at IS NULL;
CREATE INDEX goodwill_stays_by_license ON goodwill_stays (vendor_id, license_id, entered_at);

CREATE INDEX activations_by_time ON activations (vendor_id, activated_at);
CREATE INDEX activations_released ON activations (vendor_id, released_at) WHERE released_at IS NOT NULL;
CREATE INDEX heartbeats_by_day ON heartbeats (vendor_id, day, activation_id, id);
CREATE INDEX denials_by_hour ON denials (vendor_id, hour, reason, license_id);
CREATE INDEX licenses_used_up ON licenses (vendor_id, used_up_at, id) WHERE used_up_at IS NOT NULL;
CREATE INDEX usage_values_by_day ON usage_values (vendor_id, day);
CREATE INDEX analytical_values_by_day ON analytical_values (vendor_id, day);

-- Trial days of a licence's own, which its overrides hold too; NULL for the edition's.
ALTER TABLE licenses ADD COLUMN trial_days INTEGER;
UPDATE licenses SET trial_days = CAST(json_extract(overrides, '$.trial_days') AS INTEGER)
  WHERE overrides IS NOT NULL AND json_extract(overrides, '$.trial_days') IS NOT NULL;

-- Every way in which a licence's end is reckoned, in the order of the ends.
CREATE INDEX IF NOT EXISTS licenses_by_end ON licenses (vendor_id, expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS licenses_by_first_activation ON licenses (vendor_id, edition_id, first_activated_at, id) WHERE first_activated_at IS NOT NULL;
CREATE INDEX licenses_by_own_end ON licenses (vendor_id, (first_activated_at + expires_days * 86400000), id)
  WHERE expires_mode = 'days_after_activation' AND first_activated_at IS NOT NULL;
CREATE INDEX licenses_by_own_trial ON licenses (vendor_id, (first_activated_at + trial_days * 86400000), id)
  WHERE trial_days > 0 AND first_activated_at IS NOT NULL;

-- +goose Down
SELECT 1;
