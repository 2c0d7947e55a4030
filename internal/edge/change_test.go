package edge_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/tx"
)

// kept is a tx.Runner and tx.Answers in memory.
type kept struct {
	tx.Tx

	claims map[tx.Claim]tx.Answer
}

func (k *kept) Run(_ context.Context, fn func(tx.Tx) error) error { return fn(k) }

func (k *kept) Claim(_ tx.Tx, c tx.Claim) (*tx.Answer, error) {
	if a, ok := k.claims[c]; ok {
		return &a, nil
	}
	for other := range k.claims {
		if other.Key == c.Key {
			return nil, tx.ErrKeyReused()
		}
	}
	return nil, nil // as tx.Answers says
}

func (k *kept) Keep(_ tx.Tx, c tx.Claim, a tx.Answer) error { k.claims[c] = a; return nil }

func TestChange(t *testing.T) {
	t.Parallel()
	type made struct{ N int }
	b, k, calls, fails := setup(t), &kept{claims: map[tx.Claim]tx.Answer{}}, 0, error(nil)
	route := edge.Route{
		Surface: keyed(), Method: "POST", Path: "/x", Permission: identity.ViewLicenses, Secret: true,
		Handler: func(w http.ResponseWriter, r *http.Request) error {
			var in struct{ A int }
			if err := decodeJSON(r, &in); err != nil {
				return err
			}
			out, err := edge.Change(r.Context(), edge.Changes{Runner: k, Answers: k}, func(tx.Tx) (made, error) {
				calls++
				return made{calls}, fails
			})
			if err != nil {
				return err
			}
			return edge.WriteJSON(w, 201, out)
		},
	}
	b.mount(t, route)
	fails = fault.Refused("used_up", "", "")
	if w := b.do("POST", "/x", `{"A":1}`, "Key", "good", "Idempotency-Key", "k"); w.Code != 409 || calls != 1 {
		t.Errorf("refused: %d, %d calls", w.Code, calls)
	}
	fails = nil
	for range 2 {
		w := b.do("POST", "/x", `{"A":1}`, "Key", "good", "Idempotency-Key", "k")
		if w.Code != 201 || w.Body.String() != "{\"N\":2}\n" || calls != 2 {
			t.Errorf("a refusal is not kept, an answer is: %d %s, %d calls", w.Code, w.Body, calls)
		}
	}
	for c, a := range k.claims {
		if !a.Secret || c.Route != "POST /x" || c.Vendor.Int64() != 7 {
			t.Errorf("kept %+v for %+v", a, c)
		}
	}
	if w := b.do("POST", "/x", `{"A":2}`, "Key", "good", "Idempotency-Key", "k"); w.Code != 422 {
		t.Errorf("another body: %d", w.Code)
	}
	if w := b.do("POST", "/x?a=b", `{"A":1}`, "Key", "good", "Idempotency-Key", "k"); w.Code != 422 {
		t.Errorf("another query: %d", w.Code)
	}
	if w := b.do("POST", "/x", `{"A":1}`, "Key", "good"); w.Code != 201 || calls != 3 {
		t.Errorf("without a key: %d, %d calls", w.Code, calls)
	}
	if w := b.do("POST", "/x", `{"A":1}`, "Key", "good", "Idempotency-Key", "k\x01"); w.Code != 400 {
		t.Errorf("a key that is not plain: %d", w.Code)
	}
	if _, err := edge.Change(t.Context(), edge.Changes{Runner: k, Answers: k}, func(tx.Tx) (int, error) { return 0, errors.New("x") }); err == nil {
		t.Error("outside a request the error got lost")
	}
}
