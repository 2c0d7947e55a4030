-- +goose Up

-- What meters counted by the hour, so that a chart of a meter costs the same however
-- long its ledger is.
CREATE TABLE meter_hours (
  vendor_id INTEGER NOT NULL,
  meter_id  INTEGER NOT NULL,
  hour      INTEGER NOT NULL,
  amount    INTEGER NOT NULL,
  PRIMARY KEY (vendor_id, meter_id, hour),
  FOREIGN KEY (vendor_id, meter_id) REFERENCES meters (vendor_id, id)
);

-- The ledger tells of the hours before this one, where there is one: it was not added
-- up before, and copies of the release before may go on writing for a day.
CREATE TABLE meter_hours_from (
  hour INTEGER NOT NULL
);
INSERT INTO meter_hours_from (hour) SELECT CAST(strftime('%s', 'now') AS INTEGER) / 3600 + 24 WHERE EXISTS (SELECT 1 FROM consumptions);

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
