package slascone

import (
	"net/http"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// validate is POST /provisioning/validate.
func (a *API) validate(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		LicenseKey string `json:"license_key"`
	}
	q, err := asked(r, &b, func(q *request) { q.key("license_key", b.LicenseKey) })
	if err != nil {
		return err
	}
	presented, err := a.presented(q, b.LicenseKey)
	if err != nil {
		return err
	}
	out, err := a.Licenses.Validate(r.Context(), q.principal.Vendor, presented)
	if err != nil {
		return err
	}
	return a.sendOutcome(w, q, out)
}

// byLicense is POST /provisioning/licenses/by_license.
func (a *API) byLicense(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		ProductID  ident.UUID `json:"product_id"`
		LicenseKey string     `json:"license_key"`
	}
	q, err := asked(r, &b, func(q *request) {
		q.uuid("product_id", b.ProductID)
		q.key("license_key", b.LicenseKey)
	})
	if err != nil {
		return err
	}
	presented, err := a.presented(q, b.LicenseKey)
	if err != nil {
		return err
	}
	states, refused, err := a.Licenses.ByKey(r.Context(), q.principal.Vendor, b.ProductID, presented)
	if err == nil && refused != nil {
		return a.sendRefusal(w, q, refused)
	}
	return a.sendLicenses(w, q, states, err)
}

// byCustomer is POST /provisioning/licenses/by_customer.
func (a *API) byCustomer(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		ProductID          ident.UUID `json:"product_id"`
		CustomerNumber     string     `json:"customer_number"`
		ActiveLicensesOnly bool       `json:"active_licenses_only"`
	}
	q, err := asked(r, &b, func(q *request) {
		q.uuid("product_id", b.ProductID)
		q.required("customer_number", b.CustomerNumber, maxID)
	})
	if err != nil {
		return err
	}
	states, err := a.Licenses.ByCustomer(r.Context(), q.principal.Vendor, b.ProductID, entry.Composed(b.CustomerNumber), b.ActiveLicensesOnly)
	return a.sendLicenses(w, q, states, err)
}

// byUser is POST /provisioning/licenses/by_user.
func (a *API) byUser(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		ProductID          ident.UUID `json:"product_id"`
		UserID             string     `json:"user_id"`
		ActiveLicensesOnly bool       `json:"active_licenses_only"`
	}
	q, err := asked(r, &b, func(q *request) {
		q.uuid("product_id", b.ProductID)
		q.required("user_id", b.UserID, maxID)
	})
	if err != nil {
		return err
	}
	states, err := a.Licenses.ByUser(r.Context(), q.principal.Vendor, b.ProductID, b.UserID, b.ActiveLicensesOnly)
	return a.sendLicenses(w, q, states, err)
}

// sendLicenses answers what a look-up found; it takes its results as they came.
func (a *API) sendLicenses(w http.ResponseWriter, q *request, states []licensing.State, err error) error {
	if err != nil {
		return err
	}
	list := make([]license, len(states))
	for i, s := range states {
		list[i] = licenseOf(s)
	}
	return a.sendJSON(w, q, list)
}

// toggle is POST /provisioning/licenses/state/toggle.
func (a *API) toggle(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		ProductID  ident.UUID `json:"product_id"`
		LicenseKey string     `json:"license_key"`
		IsActive   *bool      `json:"is_active"`
	}
	q, err := asked(r, &b, func(q *request) {
		q.uuid("product_id", b.ProductID)
		q.key("license_key", b.LicenseKey)
		q.wrong.Check(b.IsActive != nil, "is_active", "is required")
	})
	if err != nil {
		return err
	}
	var l *licensing.License
	var refused *refusal.Refusal
	if err := a.Runner.Run(r.Context(), func(t tx.Tx) (err error) {
		l, refused, err = a.Licenses.Toggle(t, q.principal.Vendor, b.ProductID, licensing.ParseKey(b.LicenseKey), *b.IsActive)
		return err
	}); err != nil {
		return err
	}
	if refused != nil {
		return a.sendRefusal(w, q, refused)
	}
	return a.sendJSON(w, q, struct {
		ProductID        ident.UUID `json:"product_id"`
		LicenseID        ident.UUID `json:"license_id"` // the license key, as in the look-ups
		LegacyLicenseKey *string    `json:"legacy_license_key"`
		IsActive         bool       `json:"is_active"`
	}{l.Product.UUID, l.LicenseKey, text(l.LegacyKey), l.IsActive})
}
