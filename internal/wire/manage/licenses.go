package manage

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
)

// Licenses changes licences and their activations.
type Licenses interface {
	Issue(t tx.Tx, c licensing.IssueCommand) (*licensing.License, error)
	Update(t tx.Tx, v ident.VendorID, id ident.LicenseID, c licensing.Change) (*licensing.License, error)
	AddUser(t tx.Tx, v ident.VendorID, id ident.LicenseID, user string) error
	RemoveUser(t tx.Tx, v ident.VendorID, id ident.LicenseID, user string) error
	Suspend(t tx.Tx, v ident.VendorID, activation ident.UUID, until time.Time) error

	// MailAgain mails the key to the licensee user once more.
	MailAgain(t tx.Tx, v ident.VendorID, id ident.UUID) error

	// Release reports false when there is no such present activation.
	Release(t tx.Tx, v ident.VendorID, activation ident.UUID, reason licensing.Reason) (bool, error)
	ReleaseSome(t tx.Tx, v ident.VendorID, license ident.LicenseID) (released int, more bool, err error)
}

// LicenseRows reads licences. What is missing is a NotFound fault, unless said otherwise.
type LicenseRows interface { //nolint:interfacebloat // what one part of the API reads
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error)
	List(ctx context.Context, v ident.VendorID, f licensing.Filter, r listing.Request) (listing.Page[*licensing.License], error)
	Search(ctx context.Context, v ident.VendorID, k licensing.Key) (*licensing.License, error)
	Tokens(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[*licensing.Token], error)
	TokenKeys(ctx context.Context, v ident.VendorID, license ident.LicenseID, limit int) ([]ident.UUID, error)
	Activations(
		ctx context.Context, v ident.VendorID, license ident.LicenseID, past bool, r listing.Request,
	) (listing.Page[*licensing.Activation], error)
	ActivationByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.Activation, error)

	// Denials gives the refused calls of a licence by hour and reason, the oldest first.
	Denials(ctx context.Context, v ident.VendorID, license ident.LicenseID, from time.Time) ([]licensing.Denial, error)
	LicenseUsers(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[licensing.User], error)

	// LicenseID (0 for none) and TokenKeysIn read inside a transaction.
	LicenseID(t tx.Tx, v ident.VendorID, id ident.UUID) (ident.LicenseID, error)
	TokenKeysIn(t tx.Tx, v ident.VendorID, license ident.LicenseID, limit int) ([]ident.UUID, error)
}

// maxTokenKeys is how many token keys an answer with one licence carries; all
// of them are in the list of its tokens.
const maxTokenKeys = 500

func (a *API) licenses() []operation {
	const group = "Licenses"
	return []operation{
		list(a, operation{
			Path: "/licenses", ID: "list-licenses", Group: group, Summary: "List licences, the newest first", Permission: identity.ViewLicenses,
			Queries: []query{
				{Name: "product_id", Kind: uuidKind},
				{Name: "edition_id", Kind: uuidKind},
				{Name: "customer_id", Kind: uuidKind},
				{Name: "licensee_email", Kind: textKind, Doc: "the whole address"},
				{Name: "is_active", Kind: flagKind},
				{Name: "used_up", Kind: flagKind, Doc: "true: only licences that refuse new clients for want of room"},
				{Name: "on_goodwill", Kind: flagKind, Doc: "true: only licences with activations above the contract"},
			},
		}, licensing.Sorts(), func(q *request, r listing.Request) (listing.Page[used], error) {
			isTrue := func(name string) bool { f := q.flag(name); return f != nil && *f }
			found, err := a.LicenseRows.List(q.ctx, q.vendor, licensing.Filter{
				Product: q.uuid("product_id"), Edition: q.uuid("edition_id"), Customer: q.uuid("customer_id"),
				LicenseeEmail: q.text("licensee_email"), IsActive: q.flag("is_active"),
				UsedUp: isTrue("used_up"), OnGoodwill: isTrue("on_goodwill"),
			}, r)
			if err != nil {
				return listing.Page[used]{}, err
			}
			rows, err := a.withSessions(q, found.Items...)
			return listing.Page[used]{Items: rows, Next: found.Next}, err
		}, a.showLicense),
		change(a, operation{
			Method: http.MethodPost, Path: "/licenses", ID: "issue-license", Group: group, Summary: "Issue a licence",
			About:      "The answer carries its license key and its first 500 token keys.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *request, in licenseIssue) (licenseWithKeys, error) {
			l, err := a.Licenses.Issue(t, in.command(q))
			if err != nil {
				return licenseWithKeys{}, err
			}
			return a.withKeys(t, l, t.Now())
		}),
		get(a, operation{
			Path: "/licenses/{id}", ID: "get-license", Group: group, Summary: "Get a licence", Permission: identity.ViewLicenses,
		}, func(q *request) (licenseWithKeys, error) {
			l, err := a.LicenseRows.ByUUID(q.ctx, q.vendor, q.id)
			if err != nil {
				return licenseWithKeys{}, err
			}
			keys, err := a.LicenseRows.TokenKeys(q.ctx, q.vendor, l.ID, maxTokenKeys)
			if err != nil {
				return licenseWithKeys{}, err
			}
			rows, err := a.withSessions(q, l)
			if err != nil {
				return licenseWithKeys{}, err
			}
			return licenseWithKeys{a.showLicense(rows[0]), append([]ident.UUID{}, keys...)}, nil
		}),
		change(a, operation{
			Method: http.MethodPatch, Path: "/licenses/{id}", ID: "update-license", Group: group, Summary: "Change a licence",
			About: "Switches it on and off, moves it to another edition of the same product, mode and client type, hands it to another customer, " +
				"and overrides what its edition fixes. Fields that are left out stay as they are; null goes back to the edition's.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *request, in licenseUpdate) (licenseWithKeys, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return licenseWithKeys{}, err
			}
			l, err := a.Licenses.Update(t, q.vendor, id, in.change(q))
			if err != nil {
				return licenseWithKeys{}, err
			}
			return a.withKeys(t, l, t.Now())
		}),
		read(a, operation{
			Method: http.MethodPost, Path: "/licenses/search", ID: "search-license", Group: group, Summary: "Find a licence by a full key",
			About:      "A license key, a token key, a printed key in any case, or a legacy key. It is a POST so that keys stay out of addresses.",
			Permission: identity.ViewLicenses,
		}, func(q *request, in licenseSearch) (License, error) {
			l, err := a.LicenseRows.Search(q.ctx, q.vendor, licensing.ParseKey(in.Key))
			if err != nil {
				return License{}, err
			}
			rows, err := a.withSessions(q, l)
			if err != nil {
				return License{}, err
			}
			return a.showLicense(rows[0]), nil
		}),
		list(a, operation{
			Path: "/licenses/{id}/tokens", ID: "list-tokens", Group: group, Summary: "List a licence's tokens, the newest first",
			Permission: identity.ViewLicenses,
		}, licensing.Sorts(), func(q *request, r listing.Request) (listing.Page[*licensing.Token], error) {
			l, err := a.LicenseRows.ByUUID(q.ctx, q.vendor, q.id)
			if err != nil {
				return listing.Page[*licensing.Token]{}, err
			}
			return a.LicenseRows.Tokens(q.ctx, q.vendor, l.ID, r)
		}, showToken),
	}
}

func (a *API) licenseID(t tx.Tx, q *request) (ident.LicenseID, error) {
	id, err := a.LicenseRows.LicenseID(t, q.vendor, q.id)
	if err == nil && id == 0 {
		err = fault.Missing("license")
	}
	return id, err
}

func (a *API) withKeys(t tx.Tx, l *licensing.License, now time.Time) (licenseWithKeys, error) {
	keys, err := a.LicenseRows.TokenKeysIn(t, l.Vendor, l.ID, maxTokenKeys)
	if err != nil || !l.AnyNumber() {
		return licenseWithKeys{showLicenseAt(used{License: l}, now), append([]ident.UUID{}, keys...)}, err
	}
	open, err := a.SessionRows.OpenIn(t, l.Vendor, l.ID)
	return licenseWithKeys{showLicenseAt(used{l, open}, now), []ident.UUID{}}, err
}

func (a *API) showLicense(u used) License { return showLicenseAt(u, a.Clock.Now()) }

// withSessions brings the open sessions of the floating ones among licences, in one read.
func (a *API) withSessions(q *request, licenses ...*licensing.License) ([]used, error) {
	var floating []ident.LicenseID
	for _, l := range licenses {
		if l.AnyNumber() {
			floating = append(floating, l.ID)
		}
	}
	open, err := a.SessionRows.Open(q.ctx, q.vendor, a.Clock.Now(), floating...)
	rows := make([]used, len(licenses))
	for i, l := range licenses {
		rows[i] = used{l, open}
	}
	return rows, err
}
