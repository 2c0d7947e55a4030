package edge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"chancery/internal/tx"
)

// Changes runs what a request changes: one transaction, and the same answer when
// the request is repeated with its Idempotency-Key.
type Changes struct {
	Runner  tx.Runner
	Answers tx.Answers
}

// Change runs fn in one transaction and gives its result. When the request of
// ctx has an Idempotency-Key and was answered before, fn is not called and the
// result is the one kept; T must survive a round of JSON. What fn fails with is
// not kept.
func Change[T any](ctx context.Context, c Changes, fn func(t tx.Tx) (T, error)) (T, error) {
	var result T
	claim, secret, repeatable := claimFrom(ctx)
	err := c.Runner.Run(ctx, func(t tx.Tx) error {
		var zero T
		result = zero // fn may be called again
		if repeatable {
			kept, err := c.Answers.Claim(t, claim)
			if err != nil {
				return err
			}
			if kept != nil {
				if err := json.Unmarshal(kept.Body, &result); err != nil {
					return fmt.Errorf("edge: a kept answer: %w", err)
				}
				return nil
			}
		}
		var err error
		if result, err = fn(t); err != nil || !repeatable {
			return err
		}
		body, err := json.Marshal(result)
		if err != nil {
			return fmt.Errorf("edge: an answer to keep: %w", err)
		}
		return c.Answers.Keep(t, claim, tx.Answer{Status: http.StatusOK, Body: body, Secret: secret})
	})
	return result, err
}

// claimFrom gives the claim of the request; repeatable is false without a key.
func claimFrom(ctx context.Context) (claim tx.Claim, secret, repeatable bool) {
	c := callFrom(ctx)
	if c == nil || c.key == "" || c.principal.Vendor.IsZero() {
		return tx.Claim{}, false, false
	}
	return tx.Claim{
		Vendor: c.principal.Vendor, Principal: c.principal.Kind + ":" + c.principal.ID.String(),
		Route: c.route.Method + " " + c.route.Path, Key: c.key, BodyHash: c.bodyHash,
	}, c.route.Secret, true
}
