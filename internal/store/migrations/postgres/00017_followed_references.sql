-- +goose Up

-- Whoever deletes a row, or changes its key, has the database look for rows that
-- refer to it. Without an index of all of them it reads their whole table.
CREATE INDEX activations_by_token ON activations (vendor_id, token_id);
CREATE INDEX goodwill_stays_by_activation ON goodwill_stays (vendor_id, activation_id);
CREATE INDEX figures_by_product ON figures (vendor_id, product_id);
CREATE INDEX api_keys_by_ed25519_key ON api_keys (vendor_id, ed25519_key_id);
CREATE INDEX api_keys_by_rsa_key ON api_keys (vendor_id, rsa_key_id);
CREATE INDEX subscription_events_by_subscription ON subscription_events (vendor_id, subscription_id);
DROP INDEX users_by_own_role;
CREATE INDEX users_by_own_role ON users (vendor_id, role_id);
DROP INDEX sign_in_ceremonies_by_user;
CREATE INDEX sign_in_ceremonies_by_user ON sign_in_ceremonies (vendor_id, user_id);

-- Tokens of the buffer in use, which join the contract when it grows.
CREATE INDEX tokens_buffer_in_use ON tokens (vendor_id, license_id, slot) WHERE role = 'buffer' AND activation_id IS NOT NULL;

-- Licences whose tokens follow a new limit in portions, and editions whose licences
-- are looked through for those that a new limit makes room in, up to a licence.
CREATE TABLE license_fittings (
  vendor_id  BIGINT NOT NULL,
  license_id BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, license_id),
  FOREIGN KEY (vendor_id, license_id) REFERENCES licenses (vendor_id, id) ON DELETE CASCADE
);
CREATE TABLE edition_fittings (
  vendor_id  BIGINT NOT NULL,
  edition_id BIGINT NOT NULL,
  license_id BIGINT NOT NULL,
  PRIMARY KEY (vendor_id, edition_id),
  FOREIGN KEY (vendor_id, edition_id) REFERENCES editions (vendor_id, id) ON DELETE CASCADE
);

-- +goose Down
SELECT 1;
