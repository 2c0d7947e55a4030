-- +goose Up

-- Of the days charged, those that paid for days of grace: a statement tells them apart.
ALTER TABLE prepaid_days ADD COLUMN settled BIGINT NOT NULL DEFAULT 0;
UPDATE prepaid_days SET settled = (SELECT COUNT(*) FROM prepaid_ledger l WHERE l.vendor_id = prepaid_days.vendor_id
    AND l.day = prepaid_days.day AND l.holder_id = prepaid_days.holder_id AND l.code_id = prepaid_days.code_id AND l.kind = 2)
  WHERE EXISTS (SELECT 1 FROM prepaid_ledger l WHERE l.kind = 2);

-- A statement reads what each side of transfers had in the days of a month.
CREATE INDEX prepaid_transfers_from_day ON prepaid_transfers (vendor_id, from_id, day);
CREATE INDEX prepaid_transfers_to_day ON prepaid_transfers (vendor_id, to_id, day);

-- +goose Down
SELECT 1;
