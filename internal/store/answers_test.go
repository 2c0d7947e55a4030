package store_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// lid is a sealer that can be read by a test: it writes the purpose before the text turned over.
type lid struct{}

func (lid) Seal(purpose string, plain []byte) ([]byte, error) {
	return append([]byte(purpose+"|"), turned(plain)...), nil
}

func (lid) Open(purpose string, sealed []byte) ([]byte, error) {
	rest, ok := bytes.CutPrefix(sealed, []byte(purpose+"|"))
	if !ok {
		return nil, errors.New("sealed for something else")
	}
	return turned(rest), nil
}

func turned(b []byte) []byte {
	t := make([]byte, len(b))
	for i, c := range b {
		t[i] = c ^ 0xff
	}
	return t
}

type answersBench struct {
	storetest.Env

	answers store.Answers
	vendor  ident.VendorID
}

func newAnswers(t *testing.T, e storetest.Env) answersBench {
	t.Helper()
	return answersBench{Env: e, answers: store.Answers{Sealer: lid{}}, vendor: storetest.Vendor(t, e, "Acme").ID}
}

func (b answersBench) claim(key, body string) tx.Claim {
	return tx.Claim{Vendor: b.vendor, Principal: "api_key:1", Route: "POST /things", Key: key, BodyHash: sha256.Sum256([]byte(body))}
}

// do answers a request once: made tells whether its work was done now.
func (b answersBench) do(t *testing.T, c tx.Claim, answer tx.Answer, work func(tx.Tx) error) (got tx.Answer, made bool, err error) {
	t.Helper()
	err = b.DB.Run(t.Context(), func(x tx.Tx) error {
		got, made = answer, true
		kept, err := b.answers.Claim(x, c)
		if err != nil {
			return err
		}
		if kept != nil {
			got, made = *kept, false
			return nil
		}
		if work != nil {
			if err := work(x); err != nil {
				return err
			}
		}
		return b.answers.Keep(x, c, answer)
	})
	return got, made, err
}

func TestARepeatedRequestGetsTheSameAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAnswers(t, e)
		first := tx.Answer{Status: 201, Body: []byte(`{"id":"1"}`)}
		if _, made, err := b.do(t, b.claim("k", "body"), first, nil); err != nil || !made {
			t.Fatalf("the first: %t, %v", made, err)
		}
		got, made, err := b.do(t, b.claim("k", "body"), tx.Answer{Status: 500}, nil)
		if err != nil || made || got.Status != 201 || !bytes.Equal(got.Body, first.Body) || got.Secret {
			t.Errorf("repeated: %+v, made %t, %v", got, made, err)
		}
		storetest.Refuse(t, e, "idempotency_key_reused", func(x tx.Tx) (*tx.Answer, error) { return b.answers.Claim(x, b.claim("k", "another body")) })

		// Another caller, route or vendor has keys of its own.
		others := []tx.Claim{b.claim("k", "body"), b.claim("k", "body"), b.claim("k", "body")}
		others[0].Principal, others[1].Route, others[2].Vendor = "api_key:2", "POST /others", storetest.Vendor(t, e, "Bolt").ID
		for _, c := range others {
			if _, made, err := b.do(t, c, first, nil); err != nil || !made {
				t.Errorf("%+v got another's answer: %v", c, err)
			}
		}
	})
}

func TestAnAnswerIsKeptForADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAnswers(t, e)
		for _, step := range []struct {
			after time.Duration
			made  bool
		}{{0, true}, {24*time.Hour - time.Millisecond, false}, {time.Millisecond, true}, {23 * time.Hour, false}} {
			e.Clock.Advance(step.after)
			if _, made, err := b.do(t, b.claim("k", "body"), tx.Answer{Status: 200}, nil); err != nil || made != step.made {
				t.Errorf("at %v: made %t, want %t; %v", e.Clock.Now().Sub(storetest.Start), made, step.made, err)
			}
		}
	})
}

func TestARefusalIsNotKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAnswers(t, e)
		if _, _, err := b.do(t, b.claim("k", "body"), tx.Answer{}, func(tx.Tx) error { return errOwn }); !errors.Is(err, errOwn) {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM answers`); n != 0 {
			t.Errorf("%d answers are kept", n)
		}
		if _, made, err := b.do(t, b.claim("k", "another body"), tx.Answer{Status: 200}, nil); err != nil || !made {
			t.Errorf("tried again with a better body: made %t, %v", made, err)
		}
	})
}

func TestConcurrentRequestsWithOneKeyAreOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAnswers(t, e)
		var makers atomic.Int32
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				got, made, err := b.do(t, b.claim("k", "body"), tx.Answer{Status: 200, Body: []byte("once")}, store.Bump)
				if err != nil || got.Status != 200 || string(got.Body) != "once" {
					t.Errorf("got %+v, %v", got, err)
				}
				if made {
					makers.Add(1)
				}
			})
		}
		wg.Wait()
		if n := makers.Load(); n != 1 {
			t.Errorf("%d requests did the work", n)
		}
		if n, err := e.DB.ChangeCount(t.Context()); err != nil || n != 2 { // the vendor, and the work
			t.Errorf("the work was done %d times, %v", n-1, err)
		}
	})
}

func TestASecretAnswerIsKeptSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAnswers(t, e)
		secret := tx.Answer{Status: 201, Body: []byte("the secret"), Secret: true}
		if _, made, err := b.do(t, b.claim("k", "body"), secret, nil); err != nil || !made {
			t.Fatal(made, err)
		}
		var stored []byte
		if _, err := e.DB.QueryRow(t.Context(), `SELECT body FROM answers`, nil, &stored); err != nil || strings.Contains(string(stored), "secret") {
			t.Errorf("stored %q, %v", stored, err)
		}
		got, made, err := b.do(t, b.claim("k", "body"), tx.Answer{}, nil)
		if err != nil || made || string(got.Body) != "the secret" || !got.Secret {
			t.Errorf("repeated: %+v, made %t, %v", got, made, err)
		}
		// The row of another claim does not open.
		storetest.Do(t, e, func(x tx.Tx) (int64, error) { return store.On(x).Exec(`UPDATE answers SET request_key = 'moved'`) })
		if _, _, err := b.do(t, b.claim("moved", "body"), tx.Answer{}, nil); err == nil {
			t.Error("a sealed answer was opened for another claim")
		}
	})
}
