package slascone

import (
	"context"
	"net/http"

	"chancery/internal/access"
	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Licensees proves that a licence's user is at the client.
type Licensees interface {
	// Prove checks a password or a code. proven is nil when anything about it is
	// wrong; too many tries are a Throttled fault.
	Prove(ctx context.Context, v ident.VendorID, c access.LicenseeClaim) (proven *access.Licensee, err error)

	// Use uses the proof in the transaction of the activation; used is false when
	// it does not hold any more. Return gives a single-use code back, where the
	// activation was refused.
	Use(t tx.Tx, v ident.VendorID, p *access.Licensee) (used bool, err error)
	Return(t tx.Tx, v ident.VendorID, p *access.Licensee) error
}

// activateUser is POST /provisioning/activations with a user in the place of a key.
func (a *API) activateUser(w http.ResponseWriter, q *request, b *activationBody, client licensing.Client) error {
	ctx, v := q.Context(), q.principal.Vendor
	proven, err := a.Licensees.Prove(ctx, v, access.LicenseeClaim{
		Email: b.UserEmail, Password: b.UserPassword, Code: b.UserCode,
		From: access.Visit{Networks: budget.Networks(edge.ClientAddress(ctx))},
	})
	if err != nil {
		return err
	}
	if proven == nil {
		return a.send(w, q.Request, q.principal, refused(refusal.WrongUser()))
	}
	if err := a.asks(q, b, proven.Email); err != nil {
		return err
	}
	command := licensing.ActivateCommand{
		Vendor: v, Product: b.ProductID, Key: licensing.Key{Licensee: proven.Email, Client: b.ClientID}, ClientID: b.ClientID,
		Client: client, Proof: q.proof(),
	}
	var out licensing.Outcome
	if err := a.Runner.Run(ctx, func(t tx.Tx) error {
		used, err := a.Licensees.Use(t, v, proven)
		if err != nil {
			return err
		}
		if !used {
			out = licensing.Outcome{Refusal: refusal.WrongUser()}
			return nil
		}
		if out, err = a.Licenses.Activate(t, command); err != nil || out.Refusal == nil {
			return err
		}
		if out.Refusal.ID == refusal.InvalidKey {
			out.Refusal = refusal.WrongUser()
		}
		return a.Licensees.Return(t, v, proven)
	}); err != nil {
		return err
	}
	if out.Refusal != nil {
		if err := a.askedFor(q, out.Refusal); err != nil {
			return err
		}
		return a.send(w, q.Request, q.principal, refused(out.Refusal))
	}
	return a.sendActivation(w, q, b, out)
}
