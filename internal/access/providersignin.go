package access

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/base64"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Journey is a way to the provider: to sign in, to join with an invitation, or to
// connect one's own account.
type Journey struct {
	Redirect   string
	Next       string  // where to go afterwards
	Invitation string  // token of an invitation; empty for none
	Own        Session // of who connects their account; zero for a sign-in
	Try        bool    // also while it is switched off
}

// journeyState is what must be known when the browser comes back.
type journeyState struct {
	Route      Route  `json:"route"`
	Next       string `json:"next"`
	Invitation string `json:"invitation,omitempty"`
	Connects   bool   `json:"connects,omitempty"`
	Provider   []byte `json:"provider"`          // the settings that it began with
	Address    string `json:"address,omitempty"` // where the browser goes, of who connects an account
}

// Departure is a journey that was begun.
type Departure struct {
	Token   string // the browser's own, for Arrive
	State   string // what the browser comes back with: it tells the journeys of a browser apart
	Address string // where the browser goes
}

// Depart begins a journey. A browser may be on several at once.
func (p *Providers) Depart(ctx context.Context, vendor ident.VendorID, j Journey) (d Departure, err error) {
	one, found, err := p.c.Store.ProviderOf(ctx, vendor)
	if err != nil {
		return d, err
	}
	if !found || !one.Enabled && !j.Try {
		return d, errNoProvider()
	}
	secret, err := p.secret(vendor, one)
	if err != nil {
		return d, err
	}
	text := func() string { return base64.RawURLEncoding.EncodeToString(p.c.IDs.Secret(secretBytes)) }
	state := journeyState{
		Route: Route{Redirect: j.Redirect, State: text(), Nonce: text(), Verifier: text()},
		Next:  j.Next, Invitation: j.Invitation, Connects: j.Own.ID != 0, Provider: p.fingerprint(vendor, one),
	}
	d.State = state.Route.State
	if d.Address, err = p.c.Client.Address(ctx, one, secret, state.Route); err != nil {
		return d, err
	}
	if state.Connects {
		state.Address = d.Address
	}
	err = p.c.Runner.Run(ctx, func(t tx.Tx) error {
		d.Token, err = p.c.Ceremonies.begin(t, vendor, AtProvider, j.Own.Person.ID, state)
		return err
	})
	return d, err
}

// Going gives the address of a journey that was begun.
func (p *Providers) Going(ctx context.Context, vendor ident.VendorID, token string) (address string, err error) {
	err = p.c.Runner.Run(ctx, func(t tx.Tx) error {
		var state journeyState
		if _, err := p.c.Ceremonies.look(t, vendor, AtProvider, token, &state); err != nil {
			return errJourney()
		}
		address = state.Address
		return nil
	})
	return address, err
}

// Return is what the provider sent a browser back with.
type Return struct {
	Token string // the browser's own, from Depart
	State string
	Code  string
	Error string // what the provider says instead of a code
}

// Arrived is how a journey ended.
type Arrived struct {
	SignedIn SignedIn // zero where an account was connected
	Next     string
}

// Arrive ends a journey. The same state lets nobody in a second time, and another
// journey's state ends none.
func (p *Providers) Arrive(ctx context.Context, vendor ident.VendorID, r Return, v Visit) (Arrived, error) {
	var state journeyState
	var one Ceremony
	var stale error
	err := p.c.Runner.Run(ctx, func(t tx.Tx) (err error) {
		state, stale = journeyState{}, nil
		if _, err = p.c.Ceremonies.look(t, vendor, AtProvider, r.Token, &state); err == nil &&
			subtle.ConstantTimeCompare([]byte(r.State), []byte(state.Route.State)) != 1 {
			stale = errJourney()
			return nil
		}
		state = journeyState{}
		if one, err = p.c.Ceremonies.take(t, vendor, AtProvider, r.Token, &state); fault.Is(err, "sign_in_stale") {
			stale, err = errJourney(), nil
		}
		return err
	})
	if err == nil {
		err = stale
	}
	if err != nil {
		return Arrived{}, err
	}
	settings, found, err := p.c.Store.ProviderOf(ctx, vendor)
	if err != nil {
		return Arrived{}, err
	}
	if !found || !bytes.Equal(p.fingerprint(vendor, settings), state.Provider) {
		return Arrived{}, errJourney()
	}
	if r.Error != "" || r.Code == "" {
		return Arrived{}, &fault.Error{
			Kind: fault.Unprocessable, Code: "provider_refused", Message: settings.Label + " did not sign you in.",
			Help: "Try again, or sign in another way.",
		}
	}
	secret, err := p.secret(vendor, settings)
	if err != nil {
		return Arrived{}, err
	}
	who, err := p.c.Client.Exchange(ctx, settings, secret, state.Route, r.Code)
	if err != nil {
		return Arrived{}, err
	}
	return p.settle(ctx, vendor, journey{r.Token, one, state}, settings, who, v)
}

// journey is one that has come back.
type journey struct {
	token string
	one   Ceremony
	state journeyState
}

// settle finds whose identity it is, links it where that was asked for, and lets
// the user in.
func (p *Providers) settle(ctx context.Context, vendor ident.VendorID, j journey, settings Provider, who Identity, v Visit) (Arrived, error) {
	state := j.state
	if state.Connects {
		own, at, _, err := p.c.SignIn.c.Sessions.Authenticate(ctx, v.Face, v.Token)
		if err != nil || at != vendor || own.Person.ID != j.one.User {
			return Arrived{}, errJourney()
		}
		return Arrived{Next: state.Next}, p.c.Runner.Run(ctx, func(t tx.Tx) error {
			if err := p.link(t, vendor, own.Person, who); err != nil {
				return err
			}
			return p.tried(t, vendor, settings)
		})
	}
	var in SignedIn
	err := p.c.Runner.Run(ctx, func(t tx.Tx) error {
		// It may have been switched off, or changed, on the way.
		now, found, err := p.c.Store.Provider(t, vendor)
		if err == nil && (!found || !now.Enabled || !bytes.Equal(p.fingerprint(vendor, now), p.fingerprint(vendor, settings))) {
			err = errNoProvider()
		}
		if err != nil {
			return err
		}
		if err := p.c.Ceremonies.spend(t, vendor, j.token, j.one); err != nil {
			if fault.Is(err, "sign_in_stale") {
				err = errJourney()
			}
			return err
		}
		person, err := p.whose(t, vendor, state, settings, who)
		if err != nil {
			return err
		}
		in, err = p.c.SignIn.Enter(t, vendor, person, v.beginning(ByProvider, false))
		return err
	})
	return Arrived{SignedIn: in, Next: state.Next}, err
}

// whose gives the user of an identity: one who is linked, or the invited, who is
// linked by it.
func (p *Providers) whose(t tx.Tx, vendor ident.VendorID, state journeyState, settings Provider, who Identity) (Person, error) {
	people := p.c.SignIn.c.People
	id, found, err := p.c.Store.Identified(t, vendor, who.Issuer, who.Subject)
	if err != nil {
		return Person{}, err
	}
	if found {
		person, found, err := people.GetByID(t, vendor, id)
		if err == nil && (!found || person.DisabledAt != nil) {
			err = errStranger(settings.Label)
		}
		return person, err
	}
	if state.Invitation == "" {
		return Person{}, errStranger(settings.Label)
	}
	link, found, err := p.c.Links.Take(t, vendor, linkHash(state.Invitation), Invitation)
	if err != nil {
		return Person{}, err
	}
	if !found || !t.Now().Before(link.ExpiresAt) || link.Person.DisabledAt != nil {
		return Person{}, errLink()
	}
	if err := p.link(t, vendor, link.Person, who); err != nil {
		return Person{}, err
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "user.invitation_accepted", Subject: asUser, ID: link.Person.UUID, By: link.Person.actor()})
	return link.Person, nil
}

func (p *Providers) link(t tx.Tx, vendor ident.VendorID, person Person, who Identity) error {
	if id, found, err := p.c.Store.Identified(t, vendor, who.Issuer, who.Subject); err != nil || found && id == person.ID {
		return err
	}
	linked, err := p.c.Store.Link(t, vendor, person.ID, who)
	if err != nil {
		return err
	}
	if !linked {
		return fault.Refused("identity_taken", "This sign-in is linked to another user, or this user to another sign-in.",
			"Disconnect it there first.")
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "user.identity_linked", Subject: asUser, ID: person.UUID, By: person.actor(), After: map[string]string{
		"issuer": who.Issuer, "subject": who.Subject,
	}})
	return nil
}

// tried keeps that these settings work.
func (p *Providers) tried(t tx.Tx, vendor ident.VendorID, settings Provider) error {
	now, found, err := p.c.Store.Provider(t, vendor)
	if err != nil || !found || !bytes.Equal(p.fingerprint(vendor, now), p.fingerprint(vendor, settings)) {
		return err
	}
	at := t.Now()
	now.TriedAt = &at
	return p.c.Store.SetProvider(t, vendor, now)
}

func errJourney() *fault.Error {
	return &fault.Error{
		Kind: fault.Unprocessable, Code: "journey_stale", Message: "This sign-in was not begun in this browser, has taken too long, or was finished already.",
		Help: "Begin again at the sign-in page.",
	}
}
