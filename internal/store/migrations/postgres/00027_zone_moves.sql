-- +goose Up

-- A vendor whose last days keep their dates in another time zone: which kind of things
-- is being gone through, and up to which of them, by id, that was done.
CREATE TABLE zone_moves (
  vendor_id  BIGINT NOT NULL PRIMARY KEY REFERENCES vendors (id),
  from_zone  TEXT COLLATE "C" NOT NULL,
  to_zone    TEXT COLLATE "C" NOT NULL,
  at         BIGINT NOT NULL,
  kind       BIGINT NOT NULL,
  done_until BIGINT NOT NULL
);

-- +goose Down
SELECT 1;
