package app

import (
	"fmt"
	"io"
	"text/template"

	"chancery/internal/demo"
)

// tour is what the demo prints: where it is, and what to try. Every command in
// it works as it is printed.
type tour struct {
	Program string // as the shell reads it
	URL     string
	Dir     string
	Vendor  NewVendor
	Facts   demo.Facts
}

func (t tour) print(w io.Writer) error {
	if err := tourText.Execute(w, t); err != nil {
		return fmt.Errorf("print the tour: %w", err)
	}
	return nil
}

var tourText = template.Must(template.New("tour").Parse(`
Chancery serves a demo vendor at {{.URL}}
Its {{.Facts.Customers}} customers, {{.Facts.Licenses}} licences and {{.Facts.Activations}} activations are invented, and gone when you press Ctrl-C.

  vendor (isv_id)   {{.Vendor.VendorID}}
  provisioning key  {{.Vendor.ProvisioningKey}}  goes into programs
  admin key         {{.Vendor.AdminKey}}  for the back office
  public key        {{.Vendor.Ed25519PublicKey}}  Ed25519, pinned in programs

What to try next
----------------

The management API, described:

  {{.URL}}/api/docs

In another terminal, what the commands below need:

  export CHANCERY_CLIENT_URL={{.URL}}
  export CHANCERY_CLIENT_VENDOR={{.Vendor.VendorID}}
  export CHANCERY_CLIENT_PRODUCT={{.Facts.ProductID}}
  export CHANCERY_CLIENT_PROVISIONING_KEY={{.Vendor.ProvisioningKey}}
  export CHANCERY_CLIENT_PUBLIC_KEY={{.Vendor.Ed25519PublicKey}}
  export CHANCERY_CLIENT_STATE={{.Dir}}/you
  export ADMIN_KEY={{.Vendor.AdminKey}}

Take a licence for this machine, as a program does with the SDK; look at it; give it up:

  {{.Program}} client activate {{.Facts.Spare.PrintedKey}}
  {{.Program}} client status
  {{.Program}} client deactivate

The same from any language:

  curl -s "$CHANCERY_CLIENT_URL/api/v2/isv/$CHANCERY_CLIENT_VENDOR/provisioning/activations" -H "ProvisioningKey: $CHANCERY_CLIENT_PROVISIONING_KEY" -d '{"product_id":"{{.Facts.ProductID}}","license_key":"{{.Facts.Spare.LicenseKey}}","client_id":"my-laptop","software_version":"3.4.0"}'

Licences with activations above the contract; those that refuse new clients; who did what:

  curl -s "$CHANCERY_CLIENT_URL/api/v1/licenses?on_goodwill=true&limit=1" -H "Authorization: Bearer $ADMIN_KEY"
  curl -s "$CHANCERY_CLIENT_URL/api/v1/licenses?used_up=true&limit=1" -H "Authorization: Bearer $ADMIN_KEY"
  curl -s "$CHANCERY_CLIENT_URL/api/v1/audit-log?limit=2" -H "Authorization: Bearer $ADMIN_KEY"

Issue a licence:

  curl -s "$CHANCERY_CLIENT_URL/api/v1/licenses" -H "Authorization: Bearer $ADMIN_KEY" -d '{"edition_id":"{{.Facts.EditionID}}","customer_id":"{{.Facts.CustomerID}}"}'

Ctrl-C stops the demo.
`))
