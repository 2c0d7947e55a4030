package mailing

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"chancery/internal/colour"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/tx"
)

// Store keeps mails, rules and templates.
type Store interface {
	Mails
	Templates
	Rules
}

// Mails keeps what is sent.
type Mails interface {
	// Vendor gives in whose name mail is sent.
	Vendor(t tx.Tx, v ident.VendorID) (Vendor, error)

	// Insert stores a mail unless there is one with its key, and tells whether it did.
	Insert(t tx.Tx, v ident.VendorID, m Mail) (bool, error)

	// Get gives a mail and locks it.
	Get(t tx.Tx, v ident.VendorID, id ident.UUID) (m Mail, found bool, err error)

	// Queue lets a mail wait to be sent, from now until giveUp.
	Queue(t tx.Tx, v ident.VendorID, id ident.UUID, giveUp time.Time) error
}

// Templates keeps the words that mails are made of.
type Templates interface {
	// Template gives the vendor's own in a language; found is false without one.
	Template(t tx.Tx, v ident.VendorID, k Kind, language string) (p Template, found bool, err error)
	SaveTemplate(t tx.Tx, v ident.VendorID, p Template) error
	DeleteTemplate(t tx.Tx, v ident.VendorID, k Kind, language string) error

	// LanguageOf gives the language in which somebody is written to: what they have
	// chosen, else the customer's to whom they belong, else that of the licence's customer where
	// it is not zero, else the vendor's; "" for none.
	LanguageOf(t tx.Tx, v ident.VendorID, address string, license ident.UUID) (code string, err error)
}

// Rules keeps who gets which kinds.
type Rules interface {
	// Rule gives the vendor's own; found is false without one.
	Rule(t tx.Tx, v ident.VendorID, k Kind) (r Rule, found bool, err error)
	SaveRule(t tx.Tx, v ident.VendorID, r Rule) error

	// Owners gives whom mails of a kind about a licence concern: its licensee, who may have no
	// account and is none where the address is empty, and the administrators of its customer but
	// for those who do not want it, up to MostAdministrators.
	Owners(t tx.Tx, v ident.VendorID, k Kind, license ident.UUID, licensee string) ([]Owner, error)

	// Administrators gives whom mails of a kind about a customer concern.
	Administrators(t tx.Tx, v ident.VendorID, k Kind, customer ident.UUID) ([]Owner, error)

	// SaveChoice keeps whether a user wants a kind.
	SaveChoice(t tx.Tx, v ident.VendorID, user ident.UserID, c Choice) error
}

// Sealer keeps secrets at rest; keyring.Sealer implements it.
type Sealer interface {
	Seal(purpose string, plain []byte) ([]byte, error)
	Open(purpose string, sealed []byte) ([]byte, error)
}

// Vendor is in whose name mail is sent.
type Vendor struct {
	Slug string // its place in addresses
	Host string // of its own, that links lead to; empty for the server's
	Name string
	Zone *time.Location // days are told in it

	// Where help is found; both may be empty.
	SupportEmail string
	Website      string
	SupportText  string // said with it; lines

	Accent                colour.Colour // of the vendor; empty for the server's own
	LogoWidth, LogoHeight int           // of its logo in a mail, in pixels; 0 for none
}

// LogoHeight is how high a logo is in a mail at most, in pixels.
const LogoHeight = 40

// LogoSource is where the HTML of a mail has the vendor's logo from: it travels with the
// mail, so that nothing is loaded when it is read.
const LogoSource = "cid:logo"

// Config is what the service needs.
type Config struct {
	Store    Store
	Renderer Renderer
	Sealer   Sealer
	IDs      ident.Source

	// Dashboard gives where a vendor's customers sign in; "" when the server does
	// not know its own address: then no mail and no preview has a link to it.
	Dashboard func(v Vendor) string

	// StopLink gives the page at which the recipient of a mail ends mails of its kind, by
	// a token; "" when the server does not know its own address. nil: mails have no such link.
	StopLink func(v Vendor, token string) string
}

// Service queues mails and keeps rules and templates.
type Service struct{ Config }

// New checks the configuration and makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Renderer == nil || c.Sealer == nil || c.IDs.Rand == nil || c.Dashboard == nil {
		return nil, errors.New("mailing: the configuration is incomplete")
	}
	return &Service{c}, nil
}

// removed stands in the log where a secret was.
const removed = "(removed: it is only in the mail itself)"

// keepTrying is how long a mail is tried that says nothing else.
const keepTrying = 72 * time.Hour

// Queue queues a mail in the transaction of what it tells. It leaves after the
// commit, at least once. Queueing the same Key again does nothing.
func (s *Service) Queue(t tx.Tx, v ident.VendorID, msg Message) error {
	if err := known(msg.Kind); err != nil {
		return err
	}
	if err := readRecipient(&msg.To); err != nil {
		return err
	}
	l, err := s.languageOf(t, v, msg)
	if err != nil {
		return err
	}
	p, found, err := s.template(t, v, msg.Kind, l.Code())
	if err != nil {
		return err
	}
	vendor, err := s.Store.Vendor(t, v)
	if err != nil {
		return err
	}
	m := Mail{
		UUID: s.IDs.V7(), Kind: msg.Kind, License: msg.License, To: msg.To, Key: msg.Key, State: Queued, At: t.Now(), NextAttemptAt: t.Now(),
	}
	if m.Key == "" {
		m.Key = m.UUID.String()
	}
	if msg.KeepTrying == 0 {
		msg.KeepTrying = keepTrying
	}
	m.GiveUpAt = t.Now().Add(msg.KeepTrying)
	if msg.Data.DashboardLink == "" {
		msg.Data.DashboardLink = s.Dashboard(vendor)
	}
	if msg.owner {
		if m.StopLink, err = s.stopLink(v, vendor, Stop{msg.To, msg.Kind}); err != nil {
			return err
		}
	}
	values := msg.Kind.Values(l, vendor, msg.Data)
	if m.Body, err = s.render(p, found, vendor, values, footOf(l, m.StopLink)); err != nil {
		return err
	}
	if msg.Letter != nil {
		letter, err := msg.Letter.read()
		if err != nil {
			return err
		}
		if m.Body, err = s.Renderer.Letter(letter, m.Body, vendor, l.Code()); err != nil {
			return err
		}
	}
	if secret := msg.Kind.secret(); secret != nil {
		plain, err := json.Marshal(m.Body)
		if err != nil {
			return fmt.Errorf("mailing: a body: %w", err)
		}
		if m.Sealed, err = s.Sealer.Seal(Purpose(v, m.UUID), plain); err != nil {
			return err
		}
		for _, name := range secret {
			values[name] = removed
		}
		if m.Body, err = s.render(p, found, vendor, values, Foot{}); err != nil {
			return err
		}
	}
	_, err = s.Store.Insert(t, v, m)
	return err
}

// QueueSample queues the mail of a kind in a language to one address, with sample data,
// for who wants to see it arrive. Its kind in the log is Test.
func (s *Service) QueueSample(t tx.Tx, v ident.VendorID, k Kind, code, to string) (ident.UUID, error) {
	if err := known(k); err != nil {
		return ident.UUID{}, err
	}
	if err := readRecipient(&to); err != nil {
		return ident.UUID{}, err
	}
	l, err := speaking(code)
	if err != nil {
		return ident.UUID{}, err
	}
	p, found, err := s.template(t, v, k, code)
	if err != nil {
		return ident.UUID{}, err
	}
	vendor, err := s.Store.Vendor(t, v)
	if err != nil {
		return ident.UUID{}, err
	}
	id := s.IDs.V7()
	m := Mail{UUID: id, Kind: Test, To: to, Key: id.String(), State: Queued, At: t.Now(), NextAttemptAt: t.Now(), GiveUpAt: t.Now().Add(keepTrying)}
	if m.Body, err = s.render(p, found, vendor, k.Values(l, vendor, s.Sample(vendor)), Foot{}); err != nil {
		return ident.UUID{}, err
	}
	m.Body.Subject = "Test: " + m.Body.Subject
	_, err = s.Store.Insert(t, v, m)
	return id, err
}

// render falls back to the server's own text: a vendor's template that an
// upgrade made unusable must not hold up an issue, or a password.
func (s *Service) render(p Template, own bool, vendor Vendor, values map[string]string, foot Foot) (Body, error) {
	b, err := s.Renderer.Render(p, vendor, values, foot)
	if err != nil && own {
		return s.Renderer.Render(s.Renderer.Default(p.Kind, p.Language), vendor, values, foot)
	}
	return b, err
}

// template gives the vendor's own text, or the server's.
func (s *Service) template(t tx.Tx, v ident.VendorID, k Kind, code string) (p Template, own bool, err error) {
	if p, own, err = s.Store.Template(t, v, k, code); err == nil && !own {
		p = s.Renderer.Default(k, code)
	}
	return p, own, err
}

// languageOf is the language that a mail is in.
func (s *Service) languageOf(t tx.Tx, v ident.VendorID, msg Message) (*language.Language, error) {
	var license ident.UUID
	if msg.Licensee {
		license = msg.License
	}
	code, err := s.Store.LanguageOf(t, v, cmp.Or(msg.Person, msg.To), license)
	if err != nil {
		return nil, err
	}
	all, err := language.Load()
	return all.Of(code), err // nil is English, and so is a language that is gone
}

// speaking gives the language of a code that somebody has named.
func speaking(code string) (*language.Language, error) {
	all, err := language.Load()
	if err != nil {
		return nil, err
	}
	l := all.Of(code)
	if l == nil {
		return nil, fault.Wrong(fault.Field{Name: "language", Message: language.MustBeKnown()})
	}
	return l, nil
}

// Purpose binds the sealed body of a mail to it.
func Purpose(vendor ident.VendorID, mail ident.UUID) string {
	return vendor.Bind("mail\x00" + mail.String())
}

// Resend sends a mail of the log again, as it was.
func (s *Service) Resend(t tx.Tx, v ident.VendorID, id ident.UUID) error {
	m, found, err := s.Store.Get(t, v, id)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing("mail")
	}
	if m.State == Queued {
		return fault.Refused("mail_queued", "This mail still waits to be sent.", "Send it again when it is sent, kept or failed.")
	}
	if m.Kind.secret() != nil {
		return fault.Refused("mail_holds_secret", "A mail with a single-use link can't be sent again: the log does not hold the link.",
			"Ask for a new link, which is a new mail.")
	}
	s.journal(t, v, "mail.resent", struct {
		MailID ident.UUID `json:"mail_id"`
		Kind   Kind       `json:"kind"`
		To     string     `json:"to"`
	}{id, m.Kind, m.To})
	return s.Store.Queue(t, v, id, t.Now().Add(keepTrying))
}

// Tell queues a mail for everyone who gets its kind: the staff whom the vendor's rule names,
// and the owners of the licence, or the administrators of the customer, who want it; once for each recipient and key. licensee is
// the licensee user's address; "" for none.
func (s *Service) Tell(t tx.Tx, v ident.VendorID, licensee string, msg Message) error {
	to, err := s.recipients(t, v, licensee, msg)
	if err != nil {
		return err
	}
	key := msg.Key
	for _, one := range to {
		msg.To, msg.Key, msg.owner = one.address, key+":"+one.address, one.chooses
		if err := s.Queue(t, v, msg); err != nil {
			return err
		}
	}
	return nil
}

type recipient struct {
	address string
	chooses bool // an owner, who can choose
}

func (s *Service) recipients(t tx.Tx, v ident.VendorID, licensee string, msg Message) (to []recipient, err error) {
	r, own, err := s.Store.Rule(t, v, msg.Kind)
	if err != nil {
		return nil, err
	}
	if !own {
		r = DefaultRule(msg.Kind)
	}
	licensee, _ = entry.Address(licensee)
	var owners []Owner
	if msg.Customer.IsZero() {
		owners, err = s.Store.Owners(t, v, msg.Kind, msg.License, licensee)
	} else {
		owners, err = s.Store.Administrators(t, v, msg.Kind, msg.Customer)
	}
	if err != nil {
		return nil, err
	}
	add := func(address string, chooses bool) {
		if !slices.ContainsFunc(to, func(one recipient) bool { return one.address == address }) {
			to = append(to, recipient{address, chooses})
		}
	}
	for _, o := range owners {
		if address, ok := entry.Address(o.Address); ok && o.wants(r, own) {
			add(address, slices.Contains(Choosable(), msg.Kind))
		}
	}
	staff, err := s.staff(t, v, r)
	for _, address := range staff {
		add(address, false)
	}
	return to, err
}

// staff gives the vendor's own addresses that a rule names. What is for staff only goes to
// the vendor's support where it names none.
func (s *Service) staff(t tx.Tx, v ident.VendorID, r Rule) ([]string, error) {
	if !r.IsOn {
		return nil, nil
	}
	if len(r.Staff) > 0 || !r.Kind.StaffOnly() {
		return r.Staff, nil
	}
	vendor, err := s.Store.Vendor(t, v)
	if err != nil || vendor.SupportEmail == "" {
		return nil, err
	}
	return []string{vendor.SupportEmail}, nil
}

// RuleOf gives the rule that holds.
func (s *Service) RuleOf(t tx.Tx, v ident.VendorID, k Kind) (Rule, error) {
	r, found, err := s.Store.Rule(t, v, k)
	if err == nil && !found {
		r = DefaultRule(k)
	}
	return r, err
}

func (s *Service) journal(t tx.Tx, v ident.VendorID, action string, after any) {
	t.Journal(tx.Entry{Vendor: v, Action: action, Subject: "mail", After: after})
}

func readRecipient(to *string) error {
	var wrong fault.Fields
	*to = entry.Email(&wrong, "to", *to, "")
	wrong.Check(*to != "", "to", "must be one e-mail address such as anna@example.com")
	return wrong.Err()
}
