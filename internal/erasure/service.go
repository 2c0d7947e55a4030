package erasure

import (
	"encoding/json"
	"errors"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// EventErased tells webhooks to forget a customer, too.
const EventErased = "customer.erased"

// Config is what the service needs; all of it is required.
type Config struct {
	Store  Store
	Runner tx.Runner
	IDs    ident.Source
}

// Service erases personal data.
type Service struct{ Config }

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Runner == nil || c.IDs.Rand == nil {
		return nil, errors.New("erasure: the configuration is incomplete")
	}
	return &Service{c}, nil
}

// Command says who is to be forgotten.
type Command struct {
	Vendor  ident.VendorID
	Kind    Kind
	Subject ident.UUID // the customer or user
	Email   string     // the licensee's
}

// Begin begins an erasure. It is refused while what is in use would bring the data back.
func (s *Service) Begin(t tx.Tx, c Command) (Erasure, error) {
	e := Erasure{Vendor: c.Vendor, UUID: s.IDs.V7(), Kind: c.Kind, Subject: c.Subject, Stage: Licenses, StartedAt: t.Now()}
	email, ok := entry.Address(c.Email)
	if c.Kind == Licensee && !ok {
		return Erasure{}, fault.Wrong(fault.Field{Name: "licensee_email", Message: "must be one e-mail address such as anna@example.com"})
	}
	uses, err := s.Store.Uses(t, c.Vendor, c.Kind, c.Subject, email)
	if err != nil {
		return Erasure{}, err
	}
	if err := uses.refuse(); err != nil {
		return Erasure{}, err
	}
	words := []string{email}
	switch c.Kind {
	case Customer:
		called, found, err := s.Store.EraseCustomer(t, c.Vendor, c.Subject)
		if err != nil {
			return Erasure{}, err
		}
		if !found {
			return Erasure{}, fault.Missing("customer")
		}
		words = append(words, called...)
		t.Enqueue(tx.Event{Vendor: c.Vendor, Type: EventErased, Stream: c.Subject, Payload: map[string]ident.UUID{"id": c.Subject}})
	case Licensee:
		name, err := s.Store.EraseLicensee(t, c.Vendor, email)
		if err != nil {
			return Erasure{}, err
		}
		words = append(words, name)
	case User:
		words = nil // the audit log says who it was
	}
	if e.ID, err = s.Store.Insert(t, e); err != nil {
		return Erasure{}, err
	}
	s.journal(t, e, "personal_data.erasure_started")
	return e, s.Store.AddWords(t, e, words)
}

func (u Uses) refuse() error {
	if u.Staff {
		return fault.Refused("person_in_team", "This address is of somebody of the team.", "Erase the user instead: that removes them from the team.")
	}
	if u.Recipients > 0 {
		return fault.Refused("person_is_recipient", "Mail rules or webhooks send to this address.", "Take it out there first.")
	}
	told := fault.Told(
		fault.Use{N: u.Devices, One: "device in use", Many: "devices in use"}, fault.Use{N: u.Sessions, One: "open session", Many: "open sessions"},
	)
	if told == "" {
		return nil
	}
	return fault.Refused("license_in_use", "Nothing is erased yet: "+told+" would bring the data back.",
		"Release the devices first, and close the sessions; or give the licence another licensee.")
}

// journal records what is done, without what was erased.
func (s *Service) journal(t tx.Tx, e Erasure, action string) {
	subject := string(e.Kind)
	t.Journal(tx.Entry{Vendor: e.Vendor, Action: action, Subject: subject, ID: e.Subject, After: struct {
		Erasure ident.UUID `json:"erasure_id"`
		Kind    Kind       `json:"kind"`
		Rows    int64      `json:"rows_erased"`
	}{e.UUID, e.Kind, e.Rows}})
}

// called finds what a customer, a user or a licensee was called in JSON texts of records.
func called(texts []string) []string {
	var words []string
	for _, text := range texts {
		var said struct {
			CompanyName string `json:"company_name"`
			Email       string `json:"email"`
			Licensee    string `json:"licensee_email"`
			Name        string `json:"name"`
		}
		if json.Unmarshal([]byte(text), &said) != nil {
			continue
		}
		words = append(words, said.CompanyName, said.Email, said.Licensee)
		if said.Email != "" { // a user; a licence's name is nobody's
			words = append(words, said.Name)
		}
	}
	return words
}
