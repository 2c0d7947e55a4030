-- +goose Up

-- A licence may count the devices of each calendar month: the month that it counted
-- last, and how many places it has given in it. NULL: none yet, or it counts
-- activations. goodwill_used then says how many of the month are above the contract.
ALTER TABLE licenses ADD COLUMN month_begins_at BIGINT;
ALTER TABLE licenses ADD COLUMN month_ends_at BIGINT;
ALTER TABLE licenses ADD COLUMN month_used BIGINT NOT NULL DEFAULT 0;
CREATE INDEX licenses_month_over ON licenses (month_ends_at) WHERE month_ends_at IS NOT NULL AND (used_up_at IS NOT NULL OR goodwill_used > 0);

-- The place of an activation in a month, and when that month ends; 0 where it was
-- refused one. The read of a heartbeat brings both.
ALTER TABLE activations ADD COLUMN month_until BIGINT;
ALTER TABLE activations ADD COLUMN month_place BIGINT NOT NULL DEFAULT 0;

-- The devices that were counted in each month, numbered from 1 in the order in which
-- they came. A place stays its device's for the month, whatever becomes of the activation.
CREATE TABLE month_places (
  vendor_id  BIGINT NOT NULL,
  license_id BIGINT NOT NULL,
  begins_at  BIGINT NOT NULL,
  device_id  BIGINT NOT NULL,
  place      BIGINT NOT NULL,
  taken_at   BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, license_id, begins_at, device_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id),
  FOREIGN KEY (vendor_id, device_id) REFERENCES devices (vendor_id, id)
);

-- How many devices were counted in the months of the past. folded: 0 while all their
-- places are there, 1 while they are taken out, 2 when they are.
CREATE TABLE license_months (
  vendor_id  BIGINT NOT NULL,
  license_id BIGINT NOT NULL,
  begins_at  BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL,
  used       BIGINT NOT NULL,
  allowed    BIGINT NOT NULL,
  folded     BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (vendor_id, license_id, begins_at),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id)
);
CREATE INDEX license_months_unfolded ON license_months (vendor_id, ends_at) WHERE folded < 2;

-- +goose Down
SELECT 1;
