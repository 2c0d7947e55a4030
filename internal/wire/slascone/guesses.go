package slascone

import (
	"net/http"
	"strconv"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
)

// Wrong guesses are budgeted for each address and provisioning key: a key is in
// every copy of a program, and nobody may be held up by what somebody elsewhere
// does with it. Nor is anybody held up who presents what can't be guessed (a
// license, token or printed key has 95 random bits and more), or a client that was
// served at this address before, or that signs its calls.

// presented reads the key that a call presents. It refuses keys that could be
// guessed, legacy keys, from whoever has guessed too often.
func (a *API) presented(q *request, text string) (licensing.Key, error) {
	k := licensing.ParseKey(text)
	if a.Guesses == nil || !k.UUID.IsZero() || k.Printed != "" {
		return k, nil
	}
	q.guessable = true
	return k, a.Guesses.Check(a.guesser(q.Request))
}

// names takes down that a call proves by nothing but a client's name who it is,
// and refuses it from whoever has guessed too often. With a token key it is no
// guess: a wrong one is refused without telling whether the name was right.
func (a *API) names(q *request, product ident.UUID, clientID string, tokenKey ident.UUID) error {
	if !tokenKey.IsZero() || a.Guesses == nil {
		return nil
	}
	q.guess = named(q, product, clientID)
	if a.known.Has(q.guess...) {
		return nil
	}
	held := a.Guesses.Check(a.guesser(q.Request))
	proof := q.proof()
	if held == nil || proof == nil {
		return held
	}
	// Who signs proves more than a name, if it is the client's own key pair.
	if own, err := a.Licenses.Signed(q.Context(), q.principal.Vendor, clientID, proof); err != nil || own {
		return err
	}
	return held
}

// named is a client as callers of one address and provisioning key name it.
func named(q *request, product ident.UUID, clientID string) []string {
	host := budget.Networks(edge.ClientAddress(q.Context()))[0]
	return []string{host.Prefix.String(), q.principal.ID.String(), product.String(), clientID}
}

// served takes down that a call was served that names a client and proves nothing
// more, or an activation: what it makes known is the caller's own client, so that a
// machine among released ones goes on from its first heartbeat. Other calls make no
// client known: whoever has a key of some licence can make any client id appear in them.
func (a *API) served(q *request) {
	if q.guess != nil {
		a.known.Note(q.guess...)
	}
}

// guessed counts a wrong guess, unless it is by a client that was served before:
// one that was released is told so, however many there are at its address.
func (a *API) guessed(q *request, refused *refusal.Refusal) error {
	if err := a.askedFor(q, refused); err != nil {
		return err
	}
	if a.Guesses == nil || !isGuess(refused, q.guessable) || q.guess != nil && a.known.Has(q.guess...) {
		return nil
	}
	return a.Guesses.Spend(a.guesser(q.Request))
}

// asks bounds how many client ids of others may be tried with one key, or by one user,
// wherever the calls come from: whoever has a free place learns by it which ids there
// are. Beyond it no id is answered for, there or not, but those that were served here.
func (a *API) asks(q *request, b *activationBody, holder string) error {
	if a.Guesses == nil || a.known.Has(named(q, b.ProductID, b.ClientID)...) {
		return nil
	}
	place := a.Guesses.Subject("place", strconv.FormatInt(q.principal.Vendor.Int64(), 10), holder)
	q.place = &place
	return a.Guesses.Check(place)
}

// askedFor takes down that an activation named a client of others.
func (a *API) askedFor(q *request, refused *refusal.Refusal) error {
	if q.place == nil || refused == nil || refused.ID != refusal.ClientAssigned && refused.ID != refusal.OtherCustomersToken {
		return nil
	}
	return a.Guesses.Spend(*q.place)
}

// isGuess reports whether a refusal says that a key, a token or a client is
// unknown, or another's; of a key that can be guessed, also that it was replaced: that
// tells it from one that never was.
func isGuess(refused *refusal.Refusal, guessable bool) bool {
	if refused == nil {
		return false
	}
	switch refused.ID {
	case refusal.InvalidKey, refusal.UnknownToken, refusal.UnknownClient, refusal.ClientAssigned, refusal.OtherToken:
		return true
	case refusal.KeyReplaced:
		return guessable
	}
	return false
}

func (a *API) guesser(r *http.Request) budget.Subject {
	return a.Guesses.From(edge.ClientAddress(r.Context()), principal(r).ID.String())
}
