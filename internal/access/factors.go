package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// TOTP is a user's authenticator app.
type TOTP struct {
	Sealed      []byte
	ConfirmedAt *time.Time // nil while it is being set up
	LastStep    int64      // the newest period whose code was used
}

// FactorStore keeps second factors.
type FactorStore interface {
	// TOTP locks a user's authenticator app until the transaction ends.
	TOTP(t tx.Tx, vendor ident.VendorID, user ident.UserID) (f TOTP, found bool, err error)

	// SetTOTP stores it.
	SetTOTP(t tx.Tx, vendor ident.VendorID, user ident.UserID, f TOTP) error

	// SetCodes stores the hashes of new recovery codes in the place of all older ones.
	SetCodes(t tx.Tx, vendor ident.VendorID, user ident.UserID, hashes [][sha256.Size]byte) error

	// UseCode removes a recovery code; used is false when there is none.
	UseCode(t tx.Tx, vendor ident.VendorID, user ident.UserID, hash [sha256.Size]byte) (used bool, err error)

	// ClearTOTP removes the authenticator app; the recovery codes too unless
	// there is a passkey for which they stand in.
	ClearTOTP(t tx.Tx, vendor ident.VendorID, user ident.UserID) error

	// ClearAll removes authenticator app, passkeys and recovery codes.
	ClearAll(t tx.Tx, vendor ident.VendorID, user ident.UserID) error

	// CodesLeft counts the recovery codes that were not used.
	CodesLeft(ctx context.Context, vendor ident.VendorID, user ident.UserID) (int, error)
}

// Sealer encrypts what the database must not show.
type Sealer interface {
	Seal(purpose string, plain []byte) ([]byte, error)
	Open(purpose string, sealed []byte) ([]byte, error)
}

// FactorsConfig is what the service needs.
type FactorsConfig struct {
	Store    FactorStore
	Sessions *Sessions
	Attempts *Attempts
	Sealer   Sealer
	Runner   tx.Runner
	IDs      ident.Source
	Real     ident.Clock // that people's apps go by, also where the rules go by a test clock
}

// Factors sets up and checks second factors.
type Factors struct{ c FactorsConfig }

// NewFactors makes the service.
func NewFactors(c FactorsConfig) (*Factors, error) {
	if c.Store == nil || c.Sessions == nil || c.Attempts == nil || c.Sealer == nil || c.Runner == nil || c.IDs.Rand == nil || c.Real == nil {
		return nil, errors.New("access: Factors needs everything in its Config")
	}
	return &Factors{c}, nil
}

// Setup is what the user enters into an authenticator app.
type Setup struct {
	URI    string // for the QR code
	Secret string // the same for typing, in base 32
}

// TOTPPurpose binds the secret of an authenticator app to its user.
func TOTPPurpose(vendor ident.VendorID, user ident.UUID) string {
	return vendor.Bind("totp\x00" + user.String())
}

// BeginTOTP makes a secret for one's own authenticator app; it counts once
// ConfirmTOTP has seen a code. Issuer is what the app shows: the vendor's name.
func (f *Factors) BeginTOTP(t tx.Tx, vendor ident.VendorID, own Person, issuer string) (Setup, error) {
	// Looked at under the lock: another window may have switched one on meanwhile.
	now, found, err := f.c.Store.TOTP(t, vendor, own.ID)
	if err != nil {
		return Setup{}, err
	}
	if found && now.ConfirmedAt != nil {
		return Setup{}, fault.Refused("totp_exists", "An authenticator app is set up already.", "Remove it first.")
	}
	secret := f.c.IDs.Secret(totpSecret)
	sealed, err := f.c.Sealer.Seal(TOTPPurpose(vendor, own.UUID), secret)
	if err != nil {
		return Setup{}, err
	}
	if err := f.c.Store.SetTOTP(t, vendor, own.ID, TOTP{Sealed: sealed}); err != nil {
		return Setup{}, err
	}
	return Setup{URI: totpURI(issuer, own.Email, secret), Secret: base32Text.EncodeToString(secret)}, nil
}

// PendingTOTP shows the setup that waits to be confirmed again.
func (f *Factors) PendingTOTP(t tx.Tx, vendor ident.VendorID, own Person, issuer string) (Setup, error) {
	totp, found, err := f.c.Store.TOTP(t, vendor, own.ID)
	if err != nil {
		return Setup{}, err
	}
	if !found || totp.ConfirmedAt != nil {
		return Setup{}, fault.Missing("totp")
	}
	secret, err := f.c.Sealer.Open(TOTPPurpose(vendor, own.UUID), totp.Sealed)
	if err != nil {
		return Setup{}, err
	}
	return Setup{URI: totpURI(issuer, own.Email, secret), Secret: base32Text.EncodeToString(secret)}, nil
}

// ConfirmTOTP switches the authenticator app on, and gives recovery codes, which
// nobody can show again. All other sessions end.
func (f *Factors) ConfirmTOTP(t tx.Tx, vendor ident.VendorID, own Session, code string) (codes []string, err error) {
	totp, found, err := f.c.Store.TOTP(t, vendor, own.Person.ID)
	if err != nil {
		return nil, err
	}
	if !found || totp.ConfirmedAt != nil {
		return nil, fault.Refused("totp_not_begun", "No authenticator app is being set up.", "Begin again.")
	}
	secret, err := f.c.Sealer.Open(TOTPPurpose(vendor, own.Person.UUID), totp.Sealed)
	if err != nil {
		return nil, err
	}
	step, ok := matchStep(secret, code, totp.LastStep, f.c.Real.Now())
	if !ok {
		return nil, fault.Wrong(fault.Field{Name: "code", Message: "is not what the app should show now; check the clock of the phone"})
	}
	now := t.Now()
	totp.ConfirmedAt, totp.LastStep = &now, step
	if err := f.c.Store.SetTOTP(t, vendor, own.Person.ID, totp); err != nil {
		return nil, err
	}
	if codes, err = f.newCodes(t, vendor, own.Person.ID); err != nil {
		return nil, err
	}
	journalFactor(t, vendor, "user.totp_added", own.Person)
	return codes, f.c.Sessions.EndOthers(t, vendor, own.Person.ID, own.ID)
}

// NewCodes replaces one's own recovery codes.
func (f *Factors) NewCodes(t tx.Tx, vendor ident.VendorID, own Person) ([]string, error) {
	if !own.SecondFactor() {
		return nil, fault.Refused("no_second_factor", "Recovery codes stand in for a second factor, and there is none.", "Set one up first.")
	}
	codes, err := f.newCodes(t, vendor, own.ID)
	if err == nil {
		journalFactor(t, vendor, "user.recovery_codes_made", own)
	}
	return codes, err
}

func (f *Factors) newCodes(t tx.Tx, vendor ident.VendorID, user ident.UserID) ([]string, error) {
	codes, hashes := make([]string, recoveryCodes), make([][sha256.Size]byte, recoveryCodes)
	for i := range codes {
		codes[i] = newRecoveryCode(f.c.IDs)
		hashes[i] = codeHash(codes[i])
	}
	return codes, f.c.Store.SetCodes(t, vendor, user, hashes)
}

// CodesLeft counts one's own recovery codes that were not used.
func (f *Factors) CodesLeft(ctx context.Context, vendor ident.VendorID, own Person) (int, error) {
	return f.c.Store.CodesLeft(ctx, vendor, own.ID)
}

// RemoveTOTP takes one's own authenticator app away; code proves that it is at hand.
// Failed tries are counted for the session.
func (f *Factors) RemoveTOTP(ctx context.Context, vendor ident.VendorID, session Session, code string) error {
	var wrong error
	own := session.Person
	tried, err := f.c.Attempts.begin(ctx, vendor, try{kind: "second factor", limit: accountLimit, session: session.UUID})
	if err != nil {
		return err
	}
	err = f.c.Runner.Run(ctx, func(t tx.Tx) error {
		wrong = nil
		ok, err := f.check(t, vendor, own, code)
		if err != nil {
			return err
		}
		if !ok {
			wrong = fault.Wrong(fault.Field{Name: "code", Message: "is neither what the app shows now nor a recovery code"})
			return nil
		}
		if err := f.c.Attempts.succeeded(t, vendor, tried); err != nil {
			return err
		}
		journalFactor(t, vendor, "user.totp_removed", own)
		return f.c.Store.ClearTOTP(t, vendor, own.ID)
	})
	return errors.Join(err, wrong)
}

// Clear removes a person's second factors: of somebody who has lost them.
func (f *Factors) Clear(t tx.Tx, vendor ident.VendorID, user ident.UserID) error {
	return f.c.Store.ClearAll(t, vendor, user)
}

// check takes what the app shows, or a recovery code, once.
func (f *Factors) check(t tx.Tx, vendor ident.VendorID, person Person, code string) (bool, error) {
	totp, found, err := f.c.Store.TOTP(t, vendor, person.ID)
	if err != nil {
		return false, err
	}
	if found && totp.ConfirmedAt != nil {
		secret, err := f.c.Sealer.Open(TOTPPurpose(vendor, person.UUID), totp.Sealed)
		if err != nil {
			return false, err
		}
		if step, ok := matchStep(secret, code, totp.LastStep, f.c.Real.Now()); ok {
			totp.LastStep = step
			return true, f.c.Store.SetTOTP(t, vendor, person.ID, totp)
		}
	}
	used, err := f.c.Store.UseCode(t, vendor, person.ID, codeHash(code))
	if used {
		t.Journal(tx.Entry{Vendor: vendor, Action: "user.recovery_code_used", Subject: asUser, ID: person.UUID, By: person.actor()})
	}
	return used, err
}

// factorTry is counted apart: a right password does not clear it, or who has the
// password could try codes for ever.
func factorTry(person Person, v Visit) try {
	return try{kind: "second factor", email: person.Email, limit: accountLimit, from: v}
}

func journalFactor(t tx.Tx, vendor ident.VendorID, action string, person Person) {
	t.Journal(tx.Entry{Vendor: vendor, Action: action, Subject: asUser, ID: person.UUID})
}
