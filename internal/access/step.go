package access

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// stepLife is how long somebody has for the second half of a sign-in.
const stepLife = 10 * time.Minute

// StepKind is what a half-done sign-in waits for.
type StepKind string

// The kinds.
const (
	StepSecondFactor StepKind = "second_factor" // the password was right
)

// Step is a sign-in that is half done. The browser holds its token.
type Step struct {
	Kind      StepKind
	User      ident.UserID
	ExpiresAt time.Time
}

// StepStore keeps steps.
type StepStore interface {
	// PutStep stores s.
	PutStep(t tx.Tx, vendor ident.VendorID, hash [sha256.Size]byte, s Step) error

	// Step locks a step until the transaction ends.
	Step(t tx.Tx, vendor ident.VendorID, hash [sha256.Size]byte) (s Step, found bool, err error)

	// EndStep removes it.
	EndStep(t tx.Tx, vendor ident.VendorID, hash [sha256.Size]byte) error

	// ForgetSteps removes those that ended before an instant, of all vendors.
	ForgetSteps(t tx.Tx, before time.Time) error
}

// Steps begins and takes half-done sign-ins.
type Steps struct {
	store StepStore
	ids   ident.Source
}

// NewSteps makes the service.
func NewSteps(s StepStore, ids ident.Source) *Steps { return &Steps{store: s, ids: ids} }

// Begin stores a step and gives the token that the browser gets.
func (s *Steps) Begin(t tx.Tx, vendor ident.VendorID, kind StepKind, user ident.UserID) (token string, err error) {
	token = "cht_" + base64.RawURLEncoding.EncodeToString(s.ids.Secret(secretBytes))
	return token, s.store.PutStep(t, vendor, sha256.Sum256([]byte(token)), Step{
		Kind: kind, User: user, ExpiresAt: t.Now().Add(stepLife),
	})
}

// Look locks a step without ending it.
func (s *Steps) Look(t tx.Tx, vendor ident.VendorID, kind StepKind, token string) (Step, error) {
	step, found, err := s.store.Step(t, vendor, sha256.Sum256([]byte(token)))
	if err == nil && (!found || step.Kind != kind || !t.Now().Before(step.ExpiresAt)) {
		err = errStep()
	}
	return step, err
}

// End removes a step.
func (s *Steps) End(t tx.Tx, vendor ident.VendorID, token string) error {
	return s.store.EndStep(t, vendor, sha256.Sum256([]byte(token)))
}

// Forget removes what has run out: periodic work.
func (s *Steps) Forget(t tx.Tx) error { return s.store.ForgetSteps(t, t.Now()) }

func errStep() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "sign_in_stale", Message: "This sign-in has taken too long, or was finished already.",
		Help: "Begin again at the sign-in page.",
	}
}
