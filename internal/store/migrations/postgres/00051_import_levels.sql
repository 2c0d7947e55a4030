-- +goose Up

-- How many lines of its file a customer stands below: superiors are brought in first,
-- wherever their lines stand.
ALTER TABLE import_lines ADD COLUMN level BIGINT NOT NULL DEFAULT 0;
DROP INDEX import_lines_waiting;
CREATE INDEX import_lines_waiting ON import_lines (vendor_id, import_id, level, line) WHERE state = 'waiting';

-- +goose Down
SELECT 1;
