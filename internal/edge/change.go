package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"chancery/internal/audit"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Changes runs what a request changes: one transaction, and the same answer when
// the request is repeated with its Idempotency-Key.
type Changes struct {
	Runner  tx.Runner
	Answers tx.Answers
	Log     Log // what ChangeSeen asks
}

// Log tells whether things were changed since they were read.
type Log interface {
	Stand(ctx context.Context, vendor ident.VendorID, things ...audit.Thing) (audit.Standing, error)

	// Moved asks inside the transaction that has changed the things itself.
	Moved(t tx.Tx, vendor ident.VendorID, since audit.Standing) (bool, error)
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

// ErrMoved ends the transaction of a ChangeSeen that finds a thing changed since look
// has read it: it is looked at anew.
var ErrMoved = errors.New("edge: a thing was changed since it was looked at")

// looks is how often a change is begun anew for what others change at the same moment.
const looks = 5

// ChangeSeen is Change for what is decided by how some things stand: look reads them
// and may refuse, fn changes them. Nobody else changes them in between: where somebody
// has, both are called again. A request that was answered before is not refused.
func ChangeSeen[In, T any](
	ctx context.Context, c Changes, vendor ident.VendorID, things []audit.Thing,
	look func() (In, error), fn func(t tx.Tx, in In) (T, error),
) (result T, err error) {
	for range looks {
		stand, err := c.Log.Stand(ctx, vendor, things...)
		if err != nil {
			return result, err
		}
		in, refused := look()
		result, err = Change(ctx, c, func(t tx.Tx) (T, error) {
			var none T
			if refused != nil {
				return none, refused
			}
			made, err := fn(t, in)
			if err != nil {
				return none, err
			}
			moved, err := c.Log.Moved(t, vendor, stand)
			if err == nil && moved {
				err = ErrMoved
			}
			return made, err
		})
		if !errors.Is(err, ErrMoved) {
			return result, err
		}
	}
	return result, fault.Refused("changed_meanwhile", "Others are changing this at the same moment.", "Send it again.")
}

// IsRepeatable reports whether the request of ctx brought an Idempotency-Key.
func IsRepeatable(ctx context.Context) bool {
	_, _, repeatable := claimFrom(ctx)
	return repeatable
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
