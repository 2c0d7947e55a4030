package clientcmd

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"chancery/client"
	"chancery/signed"
)

// OfflineShowCmd is `client offline show`.
type OfflineShowCmd struct{ input }

// Run says what is in a file, in words.
func (c *OfflineShowCmd) Run(io *IO) error {
	text, err := c.read()
	if err != nil {
		return err
	}
	found, err := signed.Find(text)
	if err != nil {
		return explain(err)
	}
	pinned, err := c.pinned()
	if err != nil {
		return err
	}
	keys, err := signed.NewKeySet(pinned...)
	if err != nil {
		return sentence("--public-key: " + err.Error())
	}
	for i, f := range found {
		if i > 0 {
			fmt.Fprintln(io.Stdout)
		}
		if err := show(io.Stdout, f, keys); err != nil {
			return err
		}
	}
	return nil
}

func show(w io.Writer, f signed.Found, keys signed.KeySet) error {
	var lines [][2]string
	if r := f.Request; r != nil {
		what := "A request for a licence (activation.req)."
		if r.Kind == signed.SealDeactivation {
			what = "A report or deactivation (deactivation.req)."
		}
		lines = append(lines, [2]string{"", what + " Only the vendor can read what it says."},
			[2]string{"vendor", r.VendorID}, [2]string{"sealed to", r.KeyID})
		return rows(w, lines)
	}
	by := "signed by the vendor"
	if _, err := keys.VerifyDocument(f.Document, f.Type); err != nil {
		by = "NOT signed by a key that was given with --public-key"
	}
	d, err := signed.ReadUnverified(f.Document)
	if err != nil {
		return explain(err)
	}
	switch f.Type {
	case signed.TypeLicense, signed.TypeLicenseRefresh:
		lines, err = licenseLines(d, by)
	case signed.TypeReceipt:
		lines, err = receiptLines(d, by)
	default:
		lines = [][2]string{{"", "A document of type " + f.Type + ", " + by + "."}}
	}
	if err != nil {
		return sentence("the file is not of its form: " + err.Error())
	}
	return rows(w, lines)
}

func licenseLines(d signed.Document, by string) ([][2]string, error) {
	var l signed.OfflineLicense
	var info client.LicenseInfo
	if err := json.Unmarshal(d.Payload, &l); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(l.License, &info); err != nil {
		return nil, err
	}
	what := "A licence (license.lic), "
	if l.RequestID == "" {
		what = "A refresh of a licence (license_refresh.lic), "
	}
	until := "never: good as long as the licence"
	if l.RefreshBy != nil {
		until = instant(*l.RefreshBy)
	}
	var features []string
	for _, f := range info.Features {
		if f.IsActive {
			features = append(features, f.Name)
		}
	}
	return [][2]string{
		{"", what + by + "."},
		{"licence", info.LicenseName},
		{"customer", info.Customer.Name},
		{"product", info.ProductName + " (" + l.ProductID + ")"},
		{"client", l.ClientID},
		{"issued at", instant(time.Unix(l.IssuedAt, 0))},
		{"serial", strconv.FormatInt(l.Serial, 10)},
		{"refresh by", until},
		{"expires", expires(info.ExpirationDate)},
		{"features", strings.Join(features, ", ")},
		{"answers", l.RequestID},
	}, nil
}

func receiptLines(d signed.Document, by string) ([][2]string, error) {
	var r signed.Receipt
	if err := json.Unmarshal(d.Payload, &r); err != nil {
		return nil, err
	}
	of := "a report"
	if r.Intent == signed.IntentDeactivate {
		of = "a deactivation"
	}
	return [][2]string{
		{"", "A receipt of " + of + ", " + by + "."},
		{"activation", r.ActivationID},
		{"counted up to", fmt.Sprintf("record %d", r.Last.Number)},
		{"given at", instant(time.Unix(r.IssuedAt, 0))},
	}, nil
}

// rows writes lines of a label and a text; those without a text are left out.
func rows(w io.Writer, lines [][2]string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		switch {
		case l[0] == "":
			fmt.Fprintln(table, l[1])
		case l[1] != "":
			fmt.Fprintf(table, "  %s\t%s\n", l[0], l[1])
		}
	}
	return table.Flush()
}
