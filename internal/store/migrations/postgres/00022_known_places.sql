-- +goose Up

-- Where an account was signed in to: a browser or an address, as a hash together with
-- the account. Tries are counted there apart.
CREATE TABLE known_places (
  vendor_id BIGINT NOT NULL REFERENCES vendors (id),
  place     BYTEA NOT NULL,
  until     BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, place)
);
CREATE INDEX known_places_old ON known_places (until);

-- +goose Down
SELECT 1;
