package own

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/wire/manage/value"
)

// ownLicense is a licence as its owner sees it. It leaves out what is the vendor's:
// token keys, keys of older systems, how it departs from its edition, and what is hidden.
type ownLicense struct {
	ID               ident.UUID      `json:"id" format:"uuid"`
	ProductID        ident.UUID      `json:"product_id" format:"uuid"`
	ProductName      string          `json:"product_name"`
	EditionName      string          `json:"edition_name"`
	CustomerID       ident.UUID      `json:"customer_id" format:"uuid"`
	CompanyName      string          `json:"company_name"`
	CustomerNumber   string          `json:"customer_number"`
	Name             string          `json:"name"`
	LicenseeEmail    string          `json:"licensee_email"`
	LicenseKey       ident.UUID      `json:"license_key" format:"uuid"`
	PrintedKey       *string         `json:"printed_key" doc:"the same for people to type; null where the product prints none"`
	IsActive         bool            `json:"is_active"`
	IsValid          bool            `json:"is_valid"`
	ValidityReason   string          `json:"validity_reason" doc:"why it is not valid; empty where it is"`
	StartsAt         *time.Time      `json:"starts_at"`
	ExpiresAt        *time.Time      `json:"expires_at" doc:"exclusive; null: never, or not known before the first activation"`
	FirstActivatedAt *time.Time      `json:"first_activated_at"`
	UsedUpAt         *time.Time      `json:"used_up_at" doc:"the first refusal of a client since there was room last; null: there is room"`
	UsedUpReason     string          `json:"used_up_reason"`
	ActivationsUsed  int64           `json:"activations_used"`
	GoodwillUsed     int64           `json:"goodwill_used" doc:"of those, above the contract"`
	Allowed          *int64          `json:"activations_allowed" doc:"contract, buffer and goodwill; null: any number, on a floating licence"`
	MonthUsed        *int64          `json:"month_used" doc:"devices that were used in the month that runs; null where the licence counts the activations that are held, as the next three"`
	MonthAllowed     *int64          `json:"month_allowed" doc:"contract, buffer and goodwill"`
	MonthBeginsAt    *time.Time      `json:"month_begins_at"`
	MonthEndsAt      *time.Time      `json:"month_ends_at" doc:"exclusive: the next month begins then"`
	Deactivated      int64           `json:"deactivations_used"`
	MayDeactivate    *int64          `json:"deactivations_allowed" doc:"in the licence's life; null: any number"`
	InDashboard      int64           `json:"dashboard_deactivations_used" doc:"of those, in the dashboard"`
	MayInDashboard   *int64          `json:"dashboard_deactivations_allowed" doc:"null: no limit of its own"`
	APIDeactivation  bool            `json:"api_deactivation_allowed" doc:"whether access tokens may release devices"`
	Mode             terms.Mode      `json:"provisioning_mode"`
	TokenLimit       int64           `json:"token_limit"`
	FloatingTokens   int64           `json:"floating_token_limit"`
	Features         []ownFeature    `json:"features" nullable:"false"`
	Limitations      []ownLimitation `json:"limitations" nullable:"false"`
	Variables        []ownVariable   `json:"variables" nullable:"false"`
	CreatedAt        time.Time       `json:"created_at"`
}

type ownFeature struct {
	Name      string     `json:"name"`
	IsActive  bool       `json:"is_active"`
	ExpiresAt *time.Time `json:"expires_at"`
}

type ownLimitation struct {
	ID    ident.UUID      `json:"id" format:"uuid"`
	Name  string          `json:"name"`
	Limit *value.Quantity `json:"limit" nullable:"true" doc:"null: unlimited"`
}

type ownVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// placed is a licence with where its vendor's months begin.
type placed struct {
	*licensing.License

	zone *time.Location
}

func showLicense(placed placed, now time.Time) ownLicense {
	l := placed.License
	s := licensing.StateOf(l, nil, "", now)
	p, gone := s.Terms.Policy, l.Deactivations()
	shown := ownLicense{
		ID: l.UUID, ProductID: l.Product.UUID, ProductName: l.Product.Name, EditionName: l.Edition.Name,
		CustomerID: l.Customer.UUID, CompanyName: l.Customer.CompanyName, CustomerNumber: l.Customer.CustomerNumber,
		Name: l.Name, LicenseeEmail: l.LicenseeEmail, LicenseKey: l.LicenseKey, PrintedKey: value.TextOrNil(l.PrintedKey),
		IsActive: l.IsActive, IsValid: s.IsValid, ValidityReason: s.Reason,
		StartsAt: value.TimeOrNil(l.StartsAt), ExpiresAt: value.TimeOrNil(s.ExpiresAt), FirstActivatedAt: value.TimeOrNil(l.FirstActivatedAt),
		UsedUpAt: value.TimeOrNil(s.UsedUpAt), UsedUpReason: s.UsedUpReason, ActivationsUsed: s.Used, GoodwillUsed: l.GoodwillUsed, Allowed: s.Allowed,
		Deactivated: gone.Used, MayDeactivate: gone.Allowed, InDashboard: gone.DashboardUsed, MayInDashboard: gone.DashboardAllowed,
		APIDeactivation: gone.APIAllowed, Mode: l.Edition.Mode, TokenLimit: p.TokenLimit, FloatingTokens: p.FloatingTokenLimit,
		Features: []ownFeature{}, Limitations: []ownLimitation{}, Variables: []ownVariable{}, CreatedAt: l.CreatedAt,
	}
	if m := l.MonthAt(now, placed.zone); m != nil {
		shown.MonthUsed, shown.MonthAllowed, shown.MonthBeginsAt, shown.MonthEndsAt = &m.Used, &m.Allowed, &m.Begins, &m.Ends
	}
	held := s.Terms.Grants.Shown()
	for _, f := range held.Features {
		shown.Features = append(shown.Features, ownFeature{f.Name, f.IsActive, f.ExpiresAt})
	}
	for _, one := range held.Limitations {
		shown.Limitations = append(shown.Limitations, ownLimitation{one.ID, one.Name, (*value.Quantity)(one.Limit)})
	}
	for _, v := range held.Variables {
		shown.Variables = append(shown.Variables, ownVariable{v.Name, v.Value})
	}
	return shown
}
