-- +goose Up

-- Failed lines of an import are let wait again in portions, before any is carried out.
ALTER TABLE imports ADD COLUMN retrying BIGINT NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
