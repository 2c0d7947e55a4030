package slascone

import (
	"net/http"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/licensing"
)

// presented reads the key that a call presents. It refuses keys that could be
// guessed from whoever has presented too many wrong ones. License, token and printed keys have 95 random bits and more:
// guessing them is hopeless, and who presents one is not held up by what somebody
// else at the same address does. A legacy key may be any text.
func (a *API) presented(r *http.Request, text string) (licensing.Key, error) {
	k := licensing.ParseKey(text)
	if a.Guesses == nil || !k.UUID.IsZero() || k.Printed != "" {
		return k, nil
	}
	return k, a.Guesses.Check(a.guesser(r)) //nolint:wrapcheck // a fault
}

// guessed counts a wrong key.
func (a *API) guessed(r *http.Request, refused *licensing.Refusal) error {
	if a.Guesses == nil || refused == nil {
		return nil
	}
	switch refused.ID {
	case licensing.InvalidKey, licensing.UnknownToken, licensing.ClientAssigned:
	default:
		return nil
	}
	return a.Guesses.Spend(a.guesser(r)) //nolint:wrapcheck // a fault
}

func (a *API) guesser(r *http.Request) budget.Subject {
	return a.Guesses.Subject(edge.Network(edge.ClientAddress(r.Context())), principal(r).ID.String())
}
