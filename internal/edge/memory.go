package edge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"chancery/internal/tx"
)

// Memory is what a request that takes more than one transaction keeps of how far it has
// come, as a T: whoever repeats it with its Idempotency-Key, at whichever process, goes on
// from there. Change is the same for one transaction. T must survive a round of JSON.
type Memory[T any] struct {
	answers            tx.Answers
	claim              tx.Claim
	secret, repeatable bool
}

// MemoryOf gives the memory of the request of ctx. Without a key it keeps nothing.
func MemoryOf[T any](ctx context.Context, c Changes) Memory[T] {
	claim, secret, repeatable := claimFrom(ctx)
	return Memory[T]{c.Answers, claim, secret, repeatable}
}

// Recall gives what was remembered, if anything was. Until the transaction ends nobody
// else recalls or remembers.
func (m Memory[T]) Recall(t tx.Tx) (was T, found bool, err error) {
	if !m.repeatable {
		return was, false, nil
	}
	kept, err := m.answers.Claim(t, m.claim)
	if err != nil || kept == nil || len(kept.Body) == 0 {
		return was, false, err
	}
	if err := json.Unmarshal(kept.Body, &was); err != nil {
		return was, false, fmt.Errorf("edge: what a request remembered: %w", err)
	}
	return was, true, nil
}

// Remember keeps how far the request has come, after a Recall; for a day from an instant on.
func (m Memory[T]) Remember(t tx.Tx, at time.Time, now T) error {
	if !m.repeatable {
		return nil
	}
	body, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("edge: what a request is to remember: %w", err)
	}
	return m.answers.Keep(t, m.claim, tx.Answer{Status: http.StatusOK, Body: body, Secret: m.secret, At: at})
}
