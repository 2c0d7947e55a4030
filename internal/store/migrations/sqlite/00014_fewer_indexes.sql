-- +goose Up

-- Every activation pays for what its licence is found by. The ends of licences are
-- found in the order of licenses_by_own_end and licenses_by_own_trial now, and those
-- above their contract or refusing by licenses_above_contract and licenses_refusing.
DROP INDEX licenses_by_own_days;
DROP INDEX licenses_with_overrides;
DROP INDEX licenses_pressed;

-- +goose Down
SELECT 1;
