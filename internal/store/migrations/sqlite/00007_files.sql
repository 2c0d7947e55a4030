-- +goose Up

-- Activated by a file: silence says nothing of such a client.
ALTER TABLE activations ADD COLUMN is_offline INTEGER NOT NULL DEFAULT 0;

ALTER TABLE vendors ADD COLUMN direct_activation_files INTEGER NOT NULL DEFAULT 0;

-- What a licence has consumed in its life of meters that end it: JSON, NULL for none.
ALTER TABLE licenses ADD COLUMN measured TEXT;

-- Programs that know migration since, or a newer one, may serve this schema. The
-- first migration of a release sets it to the last one of the release before.
CREATE TABLE schema_serves (
  id    INTEGER PRIMARY KEY,
  since INTEGER NOT NULL
);
INSERT INTO schema_serves (id, since) VALUES (1, 7);

-- +goose Down
SELECT 1;
