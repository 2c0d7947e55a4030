-- +goose Up
CREATE INDEX license_users_by_user ON license_users (vendor_id, user_id, license_id);
-- +goose Down
SELECT 1;
