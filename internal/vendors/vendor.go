package vendors

import (
	"net/url"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
)

// Plan is what a vendor has bought of the server.
type Plan string

// The plans. Which of them shows what is decided where it is shown.
const (
	Trial      Plan = "trial" // TrialDays with everything
	Starter    Plan = "starter"
	Pro        Plan = "pro"
	Business   Plan = "business"
	Enterprise Plan = "enterprise"
)

// TrialDays is how long a trial runs from the vendor's creation, in days of 24 h.
const TrialDays = 21

// Vendor is one tenant. All data belongs to exactly one.
type Vendor struct {
	ID        ident.VendorID
	UUID      ident.UUID // isv_id on the wire
	Slug      string     // its place in addresses: /console/{slug}; unique on the server
	Name      string
	Zone      string // IANA name: "Europe/Berlin"
	Plan      Plan
	CreatedAt time.Time

	// Where the vendor's people and customers find help, on sign-in pages and in
	// mails; both may be empty.
	SupportEmail string
	Website      string // http or https

	// Language is what the vendor's people and customers are spoken to in who have not
	// chosen one of their own; a code of package language. Empty is English.
	Language string

	// DirectActivationFiles: whoever opens the address of an activation file in a
	// browser activates at once, and is not asked first.
	DirectActivationFiles bool

	// StoreNoLocation: country and city of devices are neither stored nor kept; their
	// network addresses are stored as ever.
	StoreNoLocation bool

	NoHandOver bool // owners of licences can't hand them to other people by themselves

	Branding Branding

	// LinksHost is the host name of the vendor's own that links to its customers lead to;
	// empty for the server's. See Hosts.
	LinksHost string
}

// Location gives the zone in which the vendor's days begin.
func (v Vendor) Location() *time.Location {
	l, err := time.LoadLocation(v.Zone)
	if err != nil {
		return time.UTC // the zone was known when it was set
	}
	return l
}

// TrialEnds gives the exclusive end of a vendor's trial.
func (v Vendor) TrialEnds() time.Time { return v.CreatedAt.Add(TrialDays * 24 * time.Hour) }

func (p Plan) known() bool {
	switch p {
	case Trial, Starter, Pro, Business, Enterprise:
		return true
	}
	return false
}

// read returns v as it is stored; was is what it was before. The fault names what is wrong.
func (v Vendor) read(was Vendor) (Vendor, error) {
	var wrong fault.Fields
	v.Name = entry.Name(&wrong, "name", v.Name, was.Name, 1, 200)
	wrong.Check(goodSlug(v), "slug", "must be lower-case letters, digits and single dashes, at most 63 of them, and not a word that the server needs")
	wrong.Check(goodZone(v.Zone), "zone", "must be an IANA time zone such as \"Europe/Berlin\"")
	v.SupportEmail = entry.Email(&wrong, "support_email", v.SupportEmail, was.SupportEmail)
	wrong.Check(v.Website == "" || goodWebsite(v.Website), "website", "must be an address such as https://example.com, or empty")
	wrong.Check(language.Known(v.Language), "language", language.MustBeKnown())
	wrong.Check(v.Plan.known(), "plan", "must be trial, starter, pro, business or enterprise")
	return v, wrong.Err()
}

func goodWebsite(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(s) <= 500
}

// goodZone: "Local" would mean another zone on another machine.
func goodZone(zone string) bool {
	if zone == "" || zone == "Local" || len(zone) > 100 {
		return false
	}
	_, err := time.LoadLocation(zone)
	return err == nil
}
