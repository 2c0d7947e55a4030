-- +goose Up

-- The history of a customer, a product or an edition. What licences do is not in it.
CREATE INDEX audit_log_by_subject ON audit_log (vendor_id, subject_id, id) WHERE license_id IS NULL;

-- +goose Down
SELECT 1;
