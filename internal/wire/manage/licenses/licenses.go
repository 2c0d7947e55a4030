package licenses

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

// Licenses changes licences.
type Licenses interface {
	Issue(t tx.Tx, c licensing.IssueCommand) (*licensing.License, error)
	Update(t tx.Tx, v ident.VendorID, id ident.LicenseID, c licensing.Change) (*licensing.License, error)
	Delete(t tx.Tx, v ident.VendorID, id ident.LicenseID) error
	RenewKey(t tx.Tx, v ident.VendorID, id ident.LicenseID, mail bool) (*licensing.License, error)

	// Deactivate releases activations of a licence: some in this transaction, the rest follows.
	Deactivate(t tx.Tx, c licensing.DeactivateCommand) (licensing.Deactivation, error)

	// ResetDeactivations gives the licence's owner the whole allowance again.
	ResetDeactivations(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*licensing.License, error)

	AddUser(t tx.Tx, v ident.VendorID, id ident.LicenseID, user string) error
	RemoveUser(t tx.Tx, v ident.VendorID, id ident.LicenseID, user string) error
}

// LicenseRows reads licences. What is missing is a NotFound fault, unless said otherwise.
type LicenseRows interface {
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error)
	List(ctx context.Context, v ident.VendorID, f licensing.Filter, r listing.Request) (listing.Page[*licensing.License], error)
	Search(ctx context.Context, v ident.VendorID, k licensing.Key) (*licensing.License, error)
	Tokens(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[*licensing.Token], error)
	TokenKeys(ctx context.Context, v ident.VendorID, license ident.LicenseID, limit int) ([]ident.UUID, error)
	LicenseUsers(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[licensing.User], error)

	// LicenseID (0 for none) and TokenKeysIn read inside a transaction.
	LicenseID(t tx.Tx, v ident.VendorID, id ident.UUID) (ident.LicenseID, error)
	TokenKeysIn(t tx.Tx, v ident.VendorID, license ident.LicenseID, limit int) ([]ident.UUID, error)
}

// SessionRows reads sessions.
type SessionRows interface {
	// Open and OpenIn tell how many sessions of each licence are open; none where it is missing.
	Open(ctx context.Context, v ident.VendorID, now time.Time, licenses ...ident.LicenseID) (map[ident.LicenseID]int64, error)
	OpenIn(t tx.Tx, v ident.VendorID, licenses ...ident.LicenseID) (map[ident.LicenseID]int64, error)
}

// maxTokenKeys is how many token keys an answer with one licence carries; all
// of them are in the list of its tokens.
const maxTokenKeys = 500

func (a *Area) licenses(m *operation.Maker) []operation.Operation {
	const group = "Licenses"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/licenses", ID: "list-licenses", Group: group, Summary: "List licences, the newest first", Permission: identity.ViewLicenses,
			Queries: []operation.Query{
				{Name: "product_id", Kind: operation.UUID},
				{Name: "edition_id", Kind: operation.UUID},
				{Name: "customer_id", Kind: operation.UUID},
				{Name: "licensee_email", Kind: operation.Text, Doc: "the whole address"},
				{Name: "is_active", Kind: operation.Flag},
				{Name: "used_up", Kind: operation.Flag, Doc: "true: only licences that refuse new clients for want of room"},
				{Name: "on_goodwill", Kind: operation.Flag, Doc: "true: only licences with activations above the contract"},
			},
		}, licensing.Sorts(), func(q *operation.Request, r listing.Request) (listing.Page[used], error) {
			isTrue := func(name string) bool { f := q.Flag(name); return f != nil && *f }
			found, err := a.LicenseRows.List(q.Context, q.Vendor, licensing.Filter{
				Product: q.UUID("product_id"), Edition: q.UUID("edition_id"), Customer: q.UUID("customer_id"),
				LicenseeEmail: q.Text("licensee_email"), IsActive: q.Flag("is_active"),
				UsedUp: isTrue("used_up"), OnGoodwill: isTrue("on_goodwill"),
			}, r)
			if err != nil {
				return listing.Page[used]{}, err
			}
			rows, err := a.withSessions(q, found.Items...)
			return listing.Page[used]{Items: rows, Next: found.Next}, err
		}, a.showLicense),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/licenses", ID: "issue-license", Group: group, Summary: "Issue a licence",
			About:      "The answer carries its license key and its first 500 token keys.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, in licenseIssue) (licenseWithKeys, error) {
			l, err := a.Licenses.Issue(t, in.command(q))
			if err != nil {
				return licenseWithKeys{}, err
			}
			return a.withKeys(t, q, l)
		}),
		operation.Get(m, operation.Operation{
			Path: "/licenses/{id}", ID: "get-license", Group: group, Summary: "Get a licence", Permission: identity.ViewLicenses,
		}, func(q *operation.Request) (licenseWithKeys, error) {
			l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return licenseWithKeys{}, err
			}
			keys, err := a.LicenseRows.TokenKeys(q.Context, q.Vendor, l.ID, maxTokenKeys)
			if err != nil {
				return licenseWithKeys{}, err
			}
			rows, err := a.withSessions(q, l)
			if err != nil {
				return licenseWithKeys{}, err
			}
			return licenseWithKeys{a.showLicense(rows[0]), append([]ident.UUID{}, keys...)}, nil
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/licenses/{id}", ID: "update-license", Group: group, Summary: "Change a licence",
			About: "Switches it on and off, moves it to another edition of the same product, mode, client type and counting, hands it to another customer, " +
				"and overrides what its edition fixes. Fields that are left out stay as they are; null goes back to the edition's.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, in licenseUpdate) (licenseWithKeys, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return licenseWithKeys{}, err
			}
			l, err := a.Licenses.Update(t, q.Vendor, id, in.change(q))
			if err != nil {
				return licenseWithKeys{}, err
			}
			return a.withKeys(t, q, l)
		}),
		a.newKey(m), a.resetDeactivations(m),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/licenses/{id}", ID: "delete-license", Group: group, Summary: "Delete a licence that was never used",
			About:      "For one that was made by mistake: no device may have activated it, opened a session or consumed of it.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return operation.Nothing{}, err
			}
			return operation.Nothing{}, a.Licenses.Delete(t, q.Vendor, id)
		}),
		operation.Read(m, operation.Operation{
			Method: http.MethodPost, Path: "/licenses/search", ID: "search-license", Group: group, Summary: "Find a licence by a full key",
			About:      "A license key, a token key, a printed key in any case, or a legacy key. It is a POST so that keys stay out of addresses.",
			Permission: identity.ViewLicenses,
		}, func(q *operation.Request, in licenseSearch) (License, error) {
			l, err := a.LicenseRows.Search(q.Context, q.Vendor, licensing.ParseKey(in.Key))
			if err != nil {
				return License{}, err
			}
			rows, err := a.withSessions(q, l)
			if err != nil {
				return License{}, err
			}
			return a.showLicense(rows[0]), nil
		}),
		operation.List(m, operation.Operation{
			Path: "/licenses/{id}/tokens", ID: "list-tokens", Group: group, Summary: "List a licence's token keys, the newest first",
			Permission: identity.ViewLicenses,
		}, licensing.Sorts(), func(q *operation.Request, r listing.Request) (listing.Page[*licensing.Token], error) {
			l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return listing.Page[*licensing.Token]{}, err
			}
			return a.LicenseRows.Tokens(q.Context, q.Vendor, l.ID, r)
		}, showToken),
	}
}

func (a *Area) licenseID(t tx.Tx, q *operation.Request) (ident.LicenseID, error) {
	id, err := a.LicenseRows.LicenseID(t, q.Vendor, q.ID)
	if err == nil && id == 0 {
		err = fault.Missing("license")
	}
	return id, err
}

func (a *Area) withKeys(t tx.Tx, q *operation.Request, l *licensing.License) (licenseWithKeys, error) {
	keys, err := a.LicenseRows.TokenKeysIn(t, l.Vendor, l.ID, maxTokenKeys)
	if err != nil || !l.AnyNumber() {
		return licenseWithKeys{showLicenseAt(used{License: l, zone: q.Zone}, t.Now()), append([]ident.UUID{}, keys...)}, err
	}
	open, err := a.SessionRows.OpenIn(t, l.Vendor, l.ID)
	return licenseWithKeys{showLicenseAt(used{l, open, q.Zone}, t.Now()), []ident.UUID{}}, err
}

func (a *Area) showLicense(u used) License { return showLicenseAt(u, a.Clock.Now()) }

// withSessions brings the open sessions of the floating ones among licences, in one read.
func (a *Area) withSessions(q *operation.Request, licenses ...*licensing.License) ([]used, error) {
	var floating []ident.LicenseID
	for _, l := range licenses {
		if l.AnyNumber() {
			floating = append(floating, l.ID)
		}
	}
	open, err := a.SessionRows.Open(q.Context, q.Vendor, a.Clock.Now(), floating...)
	rows := make([]used, len(licenses))
	for i, l := range licenses {
		rows[i] = used{l, open, q.Zone}
	}
	return rows, err
}
