-- +goose Up

-- What meters counted by the hour of their vendor, so that a chart of a meter costs
-- the same however long its ledger is. begins_at is the beginning of the hour, in
-- seconds: where clocks differ from UTC by half hours, days begin with an hour all the
-- same.
CREATE TABLE meter_hours (
  vendor_id INTEGER NOT NULL,
  meter_id  INTEGER NOT NULL,
  begins_at INTEGER NOT NULL,
  amount    INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, meter_id, begins_at),
  FOREIGN KEY (vendor_id, meter_id) REFERENCES meters (vendor_id, id)
);

-- The ledger tells of what is before this instant, where there is one: it was not added
-- up before, and copies of the release before may go on writing for a day.
CREATE TABLE meter_hours_from (
  at INTEGER NOT NULL
);
INSERT INTO meter_hours_from (at) SELECT CAST(strftime('%s', 'now') AS INTEGER) / 3600 * 3600 + 86400 WHERE EXISTS (SELECT 1 FROM consumptions);

-- What a vendor tells the owners of its licences under Help, by language.
CREATE TABLE help_texts (
  vendor_id  INTEGER NOT NULL REFERENCES vendors (id),
  language   TEXT NOT NULL,
  body       TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, language)
);

-- +goose Down
SELECT 1;
