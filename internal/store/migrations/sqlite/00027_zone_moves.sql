-- +goose Up

-- A vendor whose last days keep their dates in another time zone: which kind of things
-- is being gone through, and up to which of them, by id, that was done.
CREATE TABLE zone_moves (
  vendor_id  INTEGER NOT NULL PRIMARY KEY REFERENCES vendors (id),
  from_zone  TEXT NOT NULL,
  to_zone    TEXT NOT NULL,
  at         INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  done_until INTEGER NOT NULL
);

-- +goose Down
SELECT 1;
