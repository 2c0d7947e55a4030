package demo

import (
	"fmt"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// How the licence of an app's maker is used: each installation is an activation.
const (
	installations = 14
	appContract   = 100 // which the licence has of its own: the edition's are many
)

// planApps plans a licence of the App-store SDK: installations, of which the maker
// deleted some in its dashboard, and some gave up by themselves.
func (h *historian) planApps() {
	var l *licensing.License
	var ids, tokens []ident.UUID
	issued := h.end.Add(-days(60))
	maker := tx.Actor{Kind: "user", Name: "Maker of an app"}
	h.at(issued, staff(), func(t tx.Tx) (err error) {
		l, err = h.c.Licenses.Issue(t, licensing.IssueCommand{
			Vendor: h.c.Vendor, Edition: h.editions.apps.UUID, Customer: h.customers[h.buyers[0].name], Name: "SDK of a camera app",
			Overrides: &terms.Overrides{TokenLimit: new(int64(appContract))},
		})
		return err
	})
	for i := range installations {
		c := licensing.Client{
			Name: fmt.Sprintf("Camera app %d", i+1), Hostname: fmt.Sprintf("phone-%02d", i+1), Platform: "ios/arm64", OperatingSystem: "iOS 18",
			SoftwareVersion: "1.4.0", Address: fmt.Sprintf("203.0.113.%d", 100+i), Country: country(i * 7),
		}
		if i%3 == 0 {
			c.Platform, c.OperatingSystem = "android/arm64", "Android 15"
		}
		id := fmt.Sprintf("install-%04d", 7001+i)
		h.at(issued.Add(days(1+2*i)), tx.Actor{Kind: "client", ID: id, Address: c.Address}, func(t tx.Tx) error {
			out, err := h.c.Licenses.Activate(t, licensing.ActivateCommand{
				Vendor: h.c.Vendor, Product: l.Product.UUID, Key: licensing.Key{UUID: l.LicenseKey}, ClientID: id, Client: c,
			})
			if err == nil && out.Refusal == nil {
				h.facts.Activations++
				ids, tokens = append(ids, out.State.Activation.UUID), append(tokens, out.State.Activation.TokenKey)
			}
			return err
		})
	}
	h.at(h.end.Add(-days(9)), maker, func(t tx.Tx) error {
		d, err := h.c.Licenses.Deactivate(t, licensing.DeactivateCommand{Vendor: h.c.Vendor, License: l.ID, By: licensing.ByDashboard, Activations: ids[:3]})
		if err == nil {
			err = d.Err()
		}
		h.facts.Activations -= int(d.Released)
		return err
	})
	h.at(h.end.Add(-days(4)), tx.Actor{Kind: "client", ID: "install-7006"}, func(t tx.Tx) error {
		h.facts.Activations--
		_, err := h.c.Licenses.Unassign(t, licensing.UnassignCommand{Vendor: h.c.Vendor, TokenKey: tokens[5]})
		return err
	})
}
