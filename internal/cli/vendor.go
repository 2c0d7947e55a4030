package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/setup"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/visible"
	"chancery/internal/wiring"
)

type vendorCommand struct {
	Create vendorCreate `cmd:"" help:"Create a vendor with its keys and its owner. Secrets are printed once."`
	List   vendorList   `cmd:"" help:"List the vendors."`
	Rename vendorRename `cmd:"" help:"Give a vendor another name."`
	Delete vendorDelete `cmd:"" help:"Delete a vendor that has no product, customer or device."`
	Plan   vendorPlan   `cmd:"" help:"Set the plan that a vendor is on."`
	Host   vendorHost   `cmd:"" help:"Host names of a vendor's own."`
}

type vendorCreate struct {
	storageFlags

	Name  string `arg:"" help:"Name of the vendor."`
	Owner string `required:"" help:"E-mail address of the owner." placeholder:"EMAIL"`
	Zone  string `help:"IANA time zone in which the vendor's days begin." default:"UTC"`
	Slug  string `help:"The vendor's place in addresses: /console/SLUG. Made of the name by default." placeholder:"SLUG"`

	PublicURL string `help:"Where users reach the server, as serve has it; to print the console's address whole." placeholder:"URL"`

	JSON bool `help:"Print JSON."`
}

// Run implements the command.
func (c *vendorCreate) Run(s streams) error {
	return c.withNewRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := r.CreateVendor(ctx, vendors.Create{Name: c.Name, Slug: c.Slug, Zone: c.Zone, Plan: vendors.Enterprise}, c.Owner)
		if err != nil {
			return setup.Of(err)
		}
		v.Console = strings.TrimSuffix(c.PublicURL, "/") + v.Console
		if c.JSON {
			return printJSON(s.out, v)
		}
		fmt.Fprintf(s.out, `Vendor            %s
Console           %s
Provisioning key  %s
Admin key         %s
Owner             %s
Owner's password  %s

The two keys and the password are shown this once. Put the admin key away safely;
the provisioning key and these public keys go into your programs:

Ed25519 (answers)                    %s
Ed25519 (licence files)              %s
X25519 (offline requests, QR codes)  %s
ML-KEM-768 with X25519 (offline requests)
%s
RSA (SLASCONE clients)
%s`, v.VendorID, v.Console, v.ProvisioningKey, v.AdminKey, v.OwnerEmail, v.OwnerPassword,
			v.Ed25519PublicKey, v.DocumentsPublicKey, v.X25519PublicKey, v.HybridPublicKey, v.RSAPublicKeyPEM)
		return nil
	})
}

type vendorPlan struct {
	ofVendor

	Plan string `arg:"" help:"trial, starter, pro, business or enterprise." enum:"trial,starter,pro,business,enterprise" placeholder:"PLAN"`
}

// Run implements the command.
func (c *vendorPlan) Run(s streams) error {
	plan := vendors.Plan(c.Plan)
	return c.change(vendors.Change{Plan: &plan}, func(_, v vendors.Vendor) {
		fmt.Fprintf(s.out, "The plan of %s is %s.\n", visible.Text(v.Name), plan)
	})
}

type vendorRename struct {
	ofVendor

	Name string  `arg:"" help:"The new name."`
	Slug *string `help:"Another place in addresses too: /console/SLUG. Links with the old one lead nowhere." placeholder:"SLUG"`
}

// Run implements the command.
func (c *vendorRename) Run(s streams) error {
	return c.change(vendors.Change{Name: &c.Name, Slug: c.Slug}, func(before, v vendors.Vendor) {
		fmt.Fprintf(s.out, "%s is called %s now, at /console/%s/.\n", visible.Text(before.Name), visible.Text(v.Name), v.Slug)
	})
}

// change changes the vendor and tells what it was and is.
func (c *ofVendor) change(to vendors.Change, tell func(before, v vendors.Vendor)) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		before, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		var after vendors.Vendor
		if err := r.DB.Run(ctx, func(t tx.Tx) (err error) {
			after, err = r.Vendors.Update(t, before.ID, to)
			return err
		}); err != nil {
			return setup.Of(err)
		}
		tell(before, after)
		return nil
	})
}

type vendorDelete struct{ ofVendor }

// Run implements the command.
func (c *vendorDelete) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		if err := r.DB.Run(ctx, func(t tx.Tx) error { return r.Vendors.Delete(t, v.ID) }); err != nil {
			return setup.Of(err)
		}
		fmt.Fprintf(s.out, "%s is deleted, with its users and keys.\n", visible.Text(v.Name))
		return nil
	})
}

type vendorList struct {
	storageFlags

	JSON bool `help:"Print JSON."`
}

type vendorRow struct {
	VendorID  string `json:"vendor_id"`
	Slug      string `json:"slug"`
	Name      string `json:"name"`
	Zone      string `json:"zone"`
	Plan      string `json:"plan"`
	CreatedAt string `json:"created_at"`
}

// Run implements the command.
func (c *vendorList) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		all, err := r.VendorRows.All(ctx)
		if err != nil {
			return err
		}
		rows := make([]vendorRow, len(all))
		for i, v := range all {
			rows[i] = vendorRow{v.UUID.String(), v.Slug, v.Name, v.Zone, string(v.Plan), instant(v.CreatedAt)}
		}
		if c.JSON {
			return printJSON(s.out, rows)
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "VENDOR\tSLUG\tNAME\tZONE\tPLAN\tCREATED")
		for _, v := range rows {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", v.VendorID, v.Slug, visible.Text(v.Name), v.Zone, v.Plan, v.CreatedAt)
		}
		return w.Flush()
	})
}

// vendorOf finds a vendor by its id, its slug or its exact name.
func vendorOf(ctx context.Context, r *wiring.Rooms, text string) (vendors.Vendor, error) {
	if isv, err := ident.ParseUUID(text); err == nil {
		v, err := r.VendorRows.ByUUID(ctx, isv)
		return v, setup.Of(err)
	}
	if v, err := r.VendorRows.BySlug(ctx, text); !fault.Is(err, "vendor_not_found") {
		return v, err
	}
	all, err := r.VendorRows.All(ctx)
	if err != nil {
		return vendors.Vendor{}, err
	}
	var found []vendors.Vendor
	for _, v := range all {
		if v.Name == text {
			found = append(found, v)
		}
	}
	switch len(found) {
	case 0:
		return vendors.Vendor{}, setup.Wrong("There is no vendor with this id, slug or name; `chancery vendor list` shows them.", fault.Missing("vendor"))
	case 1:
		return found[0], nil
	}
	return vendors.Vendor{}, setup.Wrong("Several vendors have this name: use the id that `chancery vendor list` shows.", nil)
}
