package cli

import (
	"context"

	"chancery/internal/demo"
	"chancery/internal/identity"
	"chancery/internal/owners"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wiring"
)

// owner is somebody who signs in to the demo's portal.
type owner struct{ About, Email, Password string }

// demoOwners makes users of the demo's portal: the licensee of one licence, and people of
// a customer that has several.
func demoOwners(ctx context.Context, r *wiring.Rooms, v vendors.Vendor, facts demo.Facts) ([]owner, error) {
	var all []owner
	people := []demo.Person{
		{Email: demo.Licensee, Name: "Demo licensee", About: "has one licence"},
		{
			Email: "administrator@example.com", Name: "Demo administrator", About: "looks after all licences of a customer, and its people",
			Customer: facts.FirmID, Role: string(owners.Administrator),
		},
		{Email: "viewer@example.com", Name: "Demo viewer", About: "sees the same licences", Customer: facts.FirmID, Role: string(owners.Viewer)},
	}
	for _, who := range append(people, facts.Prepaid.People...) {
		secret, err := r.Users.NewSecret(ctx)
		if err != nil {
			return nil, err
		}
		if err := r.DB.Run(ctx, func(t tx.Tx) error {
			u, err := r.Users.Create(t, identity.Operator(v.ID), identity.NewUser{Email: who.Email, Name: who.Name, Secret: &secret})
			if err != nil {
				return err
			}
			if who.Role == "" {
				return demoRequest(t, r, v, facts, u)
			}
			_, err = r.Owners.Join(t, owners.ByStaff(v.ID), who.Customer, u.UUID, u.ID, owners.Role(who.Role))
			return err
		}); err != nil {
			return nil, err
		}
		all = append(all, owner{who.About, who.Email, secret.Password})
	}
	return all, nil
}

// demoRequest has the licensee ask for more, so that the console's queue has something to answer.
func demoRequest(t tx.Tx, r *wiring.Rooms, v vendors.Vendor, facts demo.Facts, licensee identity.User) error {
	reach := owners.Reach{Vendor: v.ID, User: licensee.ID, Email: licensee.Email}
	_, _, err := r.Requests.Ask(t, reach, facts.Owned.UUID, owners.NewRequest{
		Wish: owners.WishActivations, Quantity: 3 * terms.Unit, Message: "Invented for the demo: three new colleagues start next month.",
	})
	return err
}
