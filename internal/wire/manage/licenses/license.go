package licenses

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// License is a licence in an answer.
type License struct {
	ID               ident.UUID `json:"id" format:"uuid"`
	ProductID        ident.UUID `json:"product_id" format:"uuid"`
	ProductName      string     `json:"product_name"`
	EditionID        ident.UUID `json:"edition_id" format:"uuid"`
	EditionName      string     `json:"edition_name"`
	CustomerID       ident.UUID `json:"customer_id" format:"uuid"`
	CompanyName      string     `json:"company_name"`
	CustomerNumber   string     `json:"customer_number"`
	Name             string     `json:"name"`
	LicenseeEmail    string     `json:"licensee_email"`
	LicenseKey       ident.UUID `json:"license_key" format:"uuid" doc:"good for as many activations as the licence allows"`
	PrintedKey       *string    `json:"printed_key" doc:"the same for people to type; null where the product prints none"`
	LegacyKey        *string    `json:"legacy_license_key"`
	IsActive         bool       `json:"is_active"`
	IsTemporary      bool       `json:"is_temporary"`
	IsValid          bool       `json:"is_valid"`
	ValidityReason   string     `json:"validity_reason" enum:",inactive,not_started,expired,trial_over,measurements_exceeded,software_version" doc:"why it is not valid; empty where it is"`
	Help             string     `json:"help" doc:"for people: why it is not valid, or used up, since when, and what to do; empty where neither is so"`
	StartsAt         *time.Time `json:"starts_at"`
	ExpiresAt        *time.Time `json:"expires_at" doc:"exclusive; null: never, or not known before the first activation"`
	FirstActivatedAt *time.Time `json:"first_activated_at"`
	UsedUpAt         *time.Time `json:"used_up_at" doc:"the first refusal of a client since there was room last; null: there is room"`
	UsedUpReason     string     `json:"used_up_reason" enum:",activations_exceeded" doc:"activations_exceeded where used_up_at is set: new clients are refused, activated ones stay valid; else empty"`
	ActivationsUsed  int64      `json:"activations_used"`
	GoodwillUsed     int64      `json:"goodwill_used" doc:"of those, above the contract; where months are counted, devices of the month above it"`
	Allowed          *int64     `json:"activations_allowed" doc:"contract, buffer and goodwill; null: any number, on a floating licence and where months are counted"`
	MonthUsed        *int64     `json:"month_used" doc:"devices that were used in the month that runs; null where the licence counts the activations that are held, as the next three"`
	MonthAllowed     *int64     `json:"month_allowed" doc:"contract, buffer and goodwill"`
	MonthBeginsAt    *time.Time `json:"month_begins_at" doc:"the first midnight of the month in the vendor's time zone"`
	MonthEndsAt      *time.Time `json:"month_ends_at" doc:"exclusive: the next month begins then"`
	Deactivated      int64      `json:"deactivations_used" doc:"devices that its owner and its clients have released; what staff release does not count"`
	MayDeactivate    *int64     `json:"deactivations_allowed" doc:"in the licence's life; null: any number"`
	InDashboard      int64      `json:"dashboard_deactivations_used" doc:"of those, by the owner in the dashboard"`
	MayInDashboard   *int64     `json:"dashboard_deactivations_allowed" doc:"null: no limit of its own"`
	APIDeactivation  bool       `json:"api_deactivation_allowed" doc:"whether the owner's own access tokens may release devices"`
	Mode             terms.Mode `json:"provisioning_mode"`
	TokenLimit       int64      `json:"token_limit"`
	ActivationBuffer int64      `json:"activation_buffer"`
	GoodwillTokens   int64      `json:"goodwill_token_limit"`
	FloatingTokens   int64      `json:"floating_token_limit"`
	EnforceFloating  bool       `json:"enforce_floating_limit" doc:"false: sessions above the limit are opened, and recorded as overuse"`
	SessionsOpen     *int64     `json:"sessions_open" doc:"open at the instant of this answer; null on a licence that is not floating"`
	value.Granted               //nolint:embeddedstructfieldcheck // the order is that of the answer
	Overridden       []string   `json:"overridden" nullable:"false" doc:"what the licence sets for itself; all else is its edition's"`
	Serial           int64      `json:"serial" doc:"rises with every change of what clients are answered"`
	CreatedAt        time.Time  `json:"created_at"`
	UpdatedAt        time.Time  `json:"updated_at"`
}

type licenseWithKeys struct {
	License

	TokenKeys []ident.UUID `json:"token_keys" nullable:"false" doc:"each good for one activation; the first 500"`
}

type licenseIssue struct {
	EditionID      ident.UUID                     `json:"edition_id" format:"uuid"`
	CustomerID     ident.UUID                     `json:"customer_id" format:"uuid"`
	Name           string                         `json:"name,omitempty" maxLength:"256"`
	LicenseeEmail  string                         `json:"licensee_email,omitempty" maxLength:"254" doc:"the licensee user; left out, the customer's address, also when that changes"`
	LegacyKey      string                         `json:"legacy_license_key,omitempty" maxLength:"256" doc:"a key of an older system that shall go on working"`
	IsTemporary    bool                           `json:"is_temporary,omitempty" doc:"a guest licence: a client may hold it beside another"`
	IsActive       *bool                          `json:"is_active,omitempty" doc:"true by default"`
	StartsAt       *value.Beginning               `json:"starts_at,omitempty" nullable:"true"`
	ExpiresMode    *terms.ExpiresMode             `json:"expires_mode,omitempty" enum:"never,at,days_after_activation" doc:"follows from expires_at or expires_days where it is left out"`
	ExpiresAt      value.Optional[value.Deadline] `json:"expires_at,omitzero"`
	ExpiresDays    value.Optional[int]            `json:"expires_days,omitzero" minimum:"1" maximum:"36500" doc:"days of 24 hours after the first activation"`
	ActivateClient string                         `json:"activate_client_id,omitempty" maxLength:"256" doc:"activate this client at once, instead of what the edition's activation_on_creation says"`
	OverrideFields                                //nolint:embeddedstructfieldcheck // the order is that of the documentation
}

type licenseUpdate struct {
	EditionID      *ident.UUID                     `json:"edition_id,omitempty" format:"uuid" doc:"move to this edition"`
	CustomerID     *ident.UUID                     `json:"customer_id,omitempty" format:"uuid" doc:"hand over to this customer"`
	Name           *string                         `json:"name,omitempty" maxLength:"256"`
	LicenseeEmail  *string                         `json:"licensee_email,omitempty" maxLength:"254" doc:"empty for the customer's address"`
	LegacyKey      *string                         `json:"legacy_license_key,omitempty" maxLength:"256"`
	IsActive       *bool                           `json:"is_active,omitempty"`
	IsTemporary    *bool                           `json:"is_temporary,omitempty"`
	StartsAt       value.Optional[value.Beginning] `json:"starts_at,omitzero"`
	ExpiresMode    *terms.ExpiresMode              `json:"expires_mode,omitempty" enum:"never,at,days_after_activation"`
	ExpiresAt      value.Optional[value.Deadline]  `json:"expires_at,omitzero" doc:"an instant, or a date that ends with its day in the vendor's time zone; null: the edition's end"`
	ExpiresDays    value.Optional[int]             `json:"expires_days,omitzero" minimum:"1" maximum:"36500"`
	OverrideFields                                 //nolint:embeddedstructfieldcheck // the order is that of the documentation
}

type licenseSearch struct {
	Key string `json:"key" minLength:"1" maxLength:"1024"`
}

// expiry gives a licence's own end as it was asked for; nil leaves it as it is.
func expiry(q *operation.Request, mode *terms.ExpiresMode, at value.Optional[value.Deadline], days value.Optional[int]) *licensing.Expiry {
	if mode == nil && !at.Given && !days.Given {
		return nil
	}
	e := licensing.Expiry{Mode: value.ExpiresMode("", mode, at, days)}
	if at.Value != nil {
		e.At = at.Value.In(q.Zone)
	}
	if days.Value != nil {
		e.Days = *days.Value
	}
	return &e
}

func (in licenseIssue) command(q *operation.Request) licensing.IssueCommand {
	c := licensing.IssueCommand{
		Vendor: q.Vendor, Edition: in.EditionID, Customer: in.CustomerID, Name: in.Name, LicenseeEmail: in.LicenseeEmail,
		LegacyKey: in.LegacyKey, IsTemporary: in.IsTemporary, IsInactive: in.IsActive != nil && !*in.IsActive,
		Expiry: expiry(q, in.ExpiresMode, in.ExpiresAt, in.ExpiresDays), ActivateFor: in.ActivateClient,
	}
	if in.StartsAt != nil {
		c.StartsAt = in.StartsAt.In(q.Zone)
	}
	o := in.over(terms.Overrides{})
	c.Overrides = &o
	return c
}

func (in licenseUpdate) change(q *operation.Request) licensing.Change {
	c := licensing.Change{
		Name: in.Name, LicenseeEmail: in.LicenseeEmail, LegacyKey: in.LegacyKey, IsActive: in.IsActive, IsTemporary: in.IsTemporary,
		Expiry: expiry(q, in.ExpiresMode, in.ExpiresAt, in.ExpiresDays), Overrides: in.over,
	}
	if in.EditionID != nil {
		c.Edition = *in.EditionID
	}
	if in.CustomerID != nil {
		c.Customer = *in.CustomerID
	}
	if in.StartsAt.Given {
		c.StartsAt = &time.Time{}
		if in.StartsAt.Value != nil {
			at := in.StartsAt.Value.In(q.Zone)
			c.StartsAt = &at
		}
	}
	return c
}

// used is a licence with its open sessions, and where its months begin.
type used struct {
	*licensing.License

	open map[ident.LicenseID]int64
	zone *time.Location
}

func showLicenseAt(u used, now time.Time) License {
	l := u.License
	shown := showTerms(l, now)
	if m := l.MonthAt(now, u.zone); m != nil {
		shown.MonthUsed, shown.MonthAllowed, shown.MonthBeginsAt, shown.MonthEndsAt = &m.Used, &m.Allowed, &m.Begins, &m.Ends
	}
	if l.AnyNumber() {
		open := u.open[l.ID]
		shown.SessionsOpen = &open
	}
	return shown
}

func showTerms(l *licensing.License, now time.Time) License {
	s := licensing.StateOf(l, nil, "", now)
	p, gone := s.Terms.Policy, l.Deactivations()
	return License{
		ID: l.UUID, ProductID: l.Product.UUID, ProductName: l.Product.Name, EditionID: l.Edition.UUID, EditionName: l.Edition.Name,
		CustomerID: l.Customer.UUID, CompanyName: l.Customer.CompanyName, CustomerNumber: l.Customer.CustomerNumber,
		Name: l.Name, LicenseeEmail: l.LicenseeEmail, LicenseKey: l.LicenseKey, PrintedKey: value.TextOrNil(l.PrintedKey),
		LegacyKey: value.TextOrNil(l.LegacyKey),
		IsActive:  l.IsActive, IsTemporary: l.IsTemporary, IsValid: s.IsValid, ValidityReason: s.Reason, Help: s.Help(),
		StartsAt: value.TimeOrNil(l.StartsAt), ExpiresAt: value.TimeOrNil(s.ExpiresAt), FirstActivatedAt: value.TimeOrNil(l.FirstActivatedAt),
		UsedUpAt: value.TimeOrNil(s.UsedUpAt), UsedUpReason: s.UsedUpReason, ActivationsUsed: s.Used, GoodwillUsed: l.OnGoodwill(now),
		Allowed: s.Allowed, Mode: l.Edition.Mode,
		Deactivated: gone.Used, MayDeactivate: gone.Allowed, InDashboard: gone.DashboardUsed, MayInDashboard: gone.DashboardAllowed,
		APIDeactivation: gone.APIAllowed,
		TokenLimit:      p.TokenLimit, ActivationBuffer: p.ActivationBuffer, GoodwillTokens: p.GoodwillTokenLimit,
		FloatingTokens: p.FloatingTokenLimit, EnforceFloating: p.EnforceFloatingLimit,
		Granted: value.ShowGrants(s.Terms.Grants), Overridden: overridden(l.Overrides), Serial: s.Serial, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt,
	}
}
