-- +goose Up

-- A subscription that has ended goes at once for everybody who asks; its row stays until
-- its queue is cleared away, which takes many short transactions where much waits. It has
-- no events and no secret, and is not enabled: the release before this one sees nothing of it.
ALTER TABLE subscriptions ADD COLUMN ended_at BIGINT;

-- +goose Down
SELECT 1;
