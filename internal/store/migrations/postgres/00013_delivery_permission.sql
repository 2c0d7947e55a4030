-- +goose Up

-- Webhooks and mail ask the management API for manage_delivery, as the console does;
-- keys that could set them up with manage_vendor still can.
UPDATE api_keys SET permissions = permissions || ' manage_delivery'
  WHERE kind = 'admin' AND ' ' || permissions || ' ' LIKE '% manage_vendor %' AND ' ' || permissions || ' ' NOT LIKE '% manage_delivery %';

-- +goose Down
SELECT 1;
