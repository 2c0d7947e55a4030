package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// LicenseesConfig is what the service needs.
type LicenseesConfig struct {
	People   People
	Links    LinkStore
	Attempts *Attempts

	// Passwords is a budget of its own: the key that leads here is public, and
	// must not keep anybody from signing in.
	Passwords *Passwords
	Runner    tx.Runner
	Clock     ident.Clock
}

// Licensees proves that a licence's user is at a client. Its tries are counted
// apart from those of sign-in, for the same reason.
type Licensees struct{ c LicenseesConfig }

// NewLicensees makes the service.
func NewLicensees(c LicenseesConfig) (*Licensees, error) {
	if c.People == nil || c.Links == nil || c.Attempts == nil || c.Passwords == nil || c.Runner == nil || c.Clock == nil {
		return nil, errors.New("access: Licensees needs everything in its Config")
	}
	return &Licensees{c}, nil
}

// LicenseeClaim is what a client sends of its user: a password, or a code.
type LicenseeClaim struct {
	Email          string
	Password, Code string
	From           Visit // the program that the claim comes from
}

// Licensee is a user who was proved to be at a client.
type Licensee struct {
	Email string

	hash  string // that the password was checked against
	code  [sha256.Size]byte
	until time.Time
	tried []counted
	from  Visit
}

// Prove checks a claim; nil when anything about it is wrong, which takes as
// long whatever it is. A password counts only for a licensee who has no second
// factor and is not staff: those take a code.
func (s *Licensees) Prove(ctx context.Context, vendor ident.VendorID, c LicenseeClaim) (*Licensee, error) {
	email, _ := entry.Address(c.Email)
	p := &Licensee{Email: email, from: c.From}
	var err error
	if p.tried, err = s.c.Attempts.begin(ctx, vendor, try{kind: "activation", email: email, limit: accountLimit, from: c.From}); err != nil {
		return nil, err
	}
	right, err := s.judge(ctx, vendor, c, p)
	if err != nil {
		return nil, errors.Join(err, s.c.Attempts.undo(ctx, vendor, p.tried))
	}
	if !right {
		return nil, nil
	}
	return p, nil
}

func (s *Licensees) judge(ctx context.Context, vendor ident.VendorID, c LicenseeClaim, p *Licensee) (bool, error) {
	if c.Code != "" {
		p.code = codeHash(c.Code)
		l, found, err := s.c.Links.Find(ctx, vendor, p.code)
		p.until = l.ExpiresAt
		return found && s.mine(l, p.Email, s.c.Clock.Now()), err
	}
	if len(c.Password) > MaxPassword {
		c.Password = ""
	}
	var err error
	if p.hash, err = s.c.People.LicenseePasswordOf(ctx, vendor, p.Email); err != nil {
		return false, err
	}
	right, _, err := s.c.Passwords.Verify(ctx, p.hash, c.Password)
	return right, err
}

func (s *Licensees) mine(l Link, email string, now time.Time) bool {
	return l.Kind == Activation && sameAddress(l.Person.Email, email) && l.Person.DisabledAt == nil && now.Before(l.ExpiresAt)
}

// sameAddress: a person of before may be known by another form of the address.
func sameAddress(known, email string) bool {
	address, ok := entry.Address(known)
	return known == email || ok && address == email
}

// Use uses the proof in the transaction that it is for: of two clients with one
// code at once, one gets it.
func (s *Licensees) Use(t tx.Tx, vendor ident.VendorID, p *Licensee) (used bool, err error) {
	if p.hash == "" {
		l, found, err := s.c.Links.Take(t, vendor, p.code, Activation)
		if err != nil || !found || !s.mine(l, p.Email, t.Now()) {
			return false, err
		}
	} else {
		person, hash, found, err := s.c.People.GetByEmail(t, vendor, p.Email)
		if err != nil || !found || person.DisabledAt != nil || hash != p.hash || person.SecondFactor() || person.IsStaff {
			return false, err
		}
	}
	if err := s.c.Attempts.succeeded(t, vendor, p.tried); err != nil {
		return false, err
	}
	return true, s.c.Attempts.remember(t, vendor, p.Email, p.from.places())
}

// Return gives a code back that was used for what was then refused.
func (s *Licensees) Return(t tx.Tx, vendor ident.VendorID, p *Licensee) error {
	if p.hash != "" {
		return nil
	}
	person, _, found, err := s.c.People.GetByEmail(t, vendor, p.Email)
	if err != nil || !found {
		return err
	}
	return s.c.Links.Put(t, vendor, Link{Kind: Activation, Person: person, Hash: p.code, ExpiresAt: p.until})
}

// ActivationCode makes a single-use code with which one client of the user's
// own may activate, shown once. A newer one ends it.
func (r *Links) ActivationCode(t tx.Tx, vendor ident.VendorID, own Session) (code string, until time.Time, err error) {
	code = newRecoveryCode(r.c.IDs)
	until = t.Now().Add(Activation.life())
	t.Journal(tx.Entry{Vendor: vendor, Action: "user.activation_code_made", Subject: asUser, ID: own.Person.UUID})
	return code, until, r.c.Store.Put(t, vendor, Link{Kind: Activation, Person: own.Person, Hash: codeHash(code), ExpiresAt: until})
}

// ActivationCodeFor makes such a code for a licensee, to be told by whoever makes it.
func (r *Links) ActivationCodeFor(t tx.Tx, vendor ident.VendorID, email string) (Letter, error) {
	person, found, err := r.licensee(t, vendor, email)
	if err != nil {
		return Letter{}, err
	}
	if !found || person.DisabledAt != nil {
		return Letter{}, fault.Missing(asUser)
	}
	letter, err := r.send(t, vendor, Letter{Kind: Activation, Person: person, Face: Portal, Secret: newRecoveryCode(r.c.IDs)})
	if err == nil {
		t.Journal(tx.Entry{Vendor: vendor, Action: "user.activation_code_made", Subject: asUser, ID: person.UUID})
	}
	return letter, err
}

// licensee gives the person with this address. Who is named by a licence is a user
// from the first moment that matters: when a link or a code is to be sent.
func (r *Links) licensee(t tx.Tx, vendor ident.VendorID, email string) (person Person, found bool, err error) {
	person, _, found, err = r.c.People.GetByEmail(t, vendor, email)
	if err != nil || found {
		return person, found, err
	}
	named, err := r.c.Named.HasLicense(t, vendor, email)
	if err != nil || !named {
		return Person{}, false, err
	}
	if err := r.c.Newcomers.EnsureLicensee(t, vendor, email); err != nil {
		return Person{}, false, err
	}
	person, _, found, err = r.c.People.GetByEmail(t, vendor, email)
	return person, found, err
}
