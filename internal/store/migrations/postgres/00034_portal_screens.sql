-- +goose Up

-- What meters counted by the hour, so that a chart of a meter costs the same however
-- long its ledger is.
CREATE TABLE meter_hours (
  vendor_id BIGINT NOT NULL,
  meter_id  BIGINT NOT NULL,
  hour      BIGINT NOT NULL,
  amount    BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, meter_id, hour),
  FOREIGN KEY (vendor_id, meter_id) REFERENCES meters (vendor_id, id)
);

-- The ledger tells of the hours before this one, where there is one: it was not added
-- up before, and copies of the release before may go on writing for a day.
CREATE TABLE meter_hours_from (
  hour BIGINT NOT NULL
);
INSERT INTO meter_hours_from (hour) SELECT CAST(EXTRACT(EPOCH FROM now()) AS BIGINT) / 3600 + 24 WHERE EXISTS (SELECT 1 FROM consumptions);

-- What a vendor tells the owners of its licences under Help, by language.
CREATE TABLE help_texts (
  vendor_id  BIGINT NOT NULL REFERENCES vendors (id),
  language   TEXT COLLATE "C" NOT NULL,
  body       TEXT COLLATE "C" NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, language)
);

-- +goose Down
SELECT 1;
