package slascone

import (
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
)

// license is an element of the look-ups' answers: the protocol's LicenseDto,
// field by field as in docs/clients-api.md. Its id is the license key, with which
// clients activate. Lists are never missing: a client in the field aborts.
type license struct {
	ID                   ident.UUID        `json:"id"`
	CustomerID           ident.UUID        `json:"customer_id"`
	ProductID            ident.UUID        `json:"product_id"`
	TemplateID           ident.UUID        `json:"template_id"`
	TokenLimit           int64             `json:"token_limit"`
	GoodwillTokenLimit   int64             `json:"goodwill_token_limit"`
	FloatingTokenLimit   int64             `json:"floating_token_limit"`
	UserLimit            int64             `json:"user_limit"` // 0 where devices hold the licence
	Name                 *string           `json:"name"`
	Description          *string           `json:"description"` // we have none
	LegacyLicenseKey     *string           `json:"legacy_license_key"`
	LicenseTypeID        ident.UUID        `json:"license_type_id"`
	ExpirationDate       instant           `json:"expiration_date_utc"`
	ExpirationMode       int               `json:"expiration_mode"`
	ValidDays            *int              `json:"valid_days_count"`
	TrialDays            int               `json:"trial_days_count"`
	IsActive             bool              `json:"is_active"`
	IsExpired            bool              `json:"is_expired"`
	DateValidity         int               `json:"date_validity"`
	IsValid              bool              `json:"is_valid"`
	IsReleaseValid       bool              `json:"is_software_release_valid"`
	IsGroupValid         bool              `json:"is_group_valid"`
	GroupCount           int               `json:"group_count"`
	DateOfIssue          instant           `json:"date_of_issue_utc"`
	StartDate            *instant          `json:"start_date_utc"`
	ReleaseLimitationID  *ident.UUID       `json:"software_release_limitation_id"`
	PrioritizedRelease   *string           `json:"prioritized_software_release"`
	IsTemporary          bool              `json:"is_temporary"`
	ClientID             *string           `json:"client_id"` // no client was asked about
	CreatedDate          instant           `json:"created_date_utc"`
	ModifiedDate         instant           `json:"modified_date_utc"`
	LastModifiedBy       *string           `json:"last_modified_by"` // the audit log tells
	Features             []grantedFeature  `json:"license_features"`
	Limitations          []grantedLimit    `json:"license_limitations"`
	Variables            []grantedVariable `json:"license_variables"`
	ConstrainedVariables []struct{}        `json:"license_constrained_variables"`
	Users                []grantedUser     `json:"license_users"`
	Customer             customer          `json:"customer"`
	Product              product           `json:"product"`
	Template             edition           `json:"template"`
	LicenseType          licenseType       `json:"license_type"`
	ReleaseLimitation    *release          `json:"software_release_limitation"`
}

type grantedFeature struct {
	ProductID   ident.UUID `json:"product_id"`
	ID          ident.UUID `json:"feature_id"`
	Name        string     `json:"feature_name"`
	Description string     `json:"feature_description"`
	IsActive    bool       `json:"is_active"`
}

type grantedLimit struct {
	ProductID       ident.UUID `json:"product_id"`
	ID              ident.UUID `json:"limitation_id"`
	Name            string     `json:"limitation_name"`
	Description     string     `json:"limitation_description"`
	Limit           *int64     `json:"limit"` // null: unlimited
	ResetMode       int        `json:"consumption_reset_mode"`
	ResetPeriodDays int        `json:"consumption_reset_period_days"`
}

type grantedVariable struct {
	ProductID   ident.UUID `json:"product_id"`
	ID          ident.UUID `json:"variable_id"`
	Name        string     `json:"variable_name"`
	Description string     `json:"variable_description"`
	Value       string     `json:"value"`
}

type grantedUser struct {
	UserID    string     `json:"user_id"`
	Name      string     `json:"name"`
	LicenseID ident.UUID `json:"license_id"` // the license key, as in the licence's id
	IsActive  bool       `json:"is_active"`
}

type customer struct {
	ID             ident.UUID `json:"id"`
	CompanyName    string     `json:"company_name"`
	CustomerNumber string     `json:"customer_number"`
	Email          string     `json:"email"`
}

type product struct {
	ID             ident.UUID `json:"id"`
	Name           string     `json:"name"`
	PrioritizedKey int        `json:"prioritized_key"` // 0: the license key
}

type edition struct {
	ID                 ident.UUID `json:"id"`
	ProductID          ident.UUID `json:"product_id"`
	ProductName        string     `json:"product_name"`
	Name               string     `json:"name"`
	TokenLimit         int64      `json:"token_limit"`
	GoodwillTokenLimit int64      `json:"goodwill_token_limit"`
	FloatingTokenLimit int64      `json:"floating_token_limit"`
	ProvisioningMode   int        `json:"provisioning_mode"`
	ClientType         int        `json:"client_type"`
}

// expirationModes are the protocol's numbers.
var expirationModes = map[terms.ExpiresMode]int{ //nolint:gochecknoglobals // a table of the protocol
	terms.ExpiresNever: 1, terms.ExpiresAt: 2, terms.ExpiresDaysActivated: 3,
}

func licenseOf(s licensing.State) license {
	l, p := s.License, s.Terms.Policy
	out := license{
		ID: l.LicenseKey, CustomerID: l.Customer.UUID, ProductID: l.Product.UUID, TemplateID: l.Edition.UUID,
		TokenLimit: p.TokenLimit, GoodwillTokenLimit: p.GoodwillTokenLimit, FloatingTokenLimit: p.FloatingTokenLimit, UserLimit: l.UserLimit(),
		Name: text(l.Name), LegacyLicenseKey: text(l.LegacyKey), LicenseTypeID: licenseTypes[l.Edition.LicenseType].ID,
		ExpirationDate: endOf(s), TrialDays: p.TrialDays,
		IsActive: l.IsActive, IsExpired: s.IsExpired, DateValidity: int(s.DateValidity), IsValid: s.IsValid,
		IsReleaseValid: s.VersionAllowed, IsGroupValid: true, DateOfIssue: instant(l.CreatedAt), StartDate: when(l.StartsAt),
		PrioritizedRelease: text(p.ReleaseLimit), IsTemporary: l.IsTemporary, CreatedDate: instant(l.CreatedAt), ModifiedDate: instant(l.UpdatedAt),
		Features: grantedFeatures(s), Limitations: grantedLimits(s), Variables: grantedVariables(s), ConstrainedVariables: []struct{}{}, Users: grantedUsers(l),
		Customer: customer{l.Customer.UUID, l.Customer.CompanyName, l.Customer.CustomerNumber, l.Customer.Email},
		Product:  product{ID: l.Product.UUID, Name: l.Product.Name}, Template: templateOf(l),
		LicenseType: licenseTypes[l.Edition.LicenseType], ReleaseLimitation: releaseOf(s),
	}
	end := l.Ends(p)
	if out.ExpirationMode = expirationModes[end.Mode]; end.Mode == terms.ExpiresDaysActivated {
		out.ValidDays = &end.Days
	}
	if r := out.ReleaseLimitation; r != nil && !r.ID.IsZero() {
		out.ReleaseLimitationID = &r.ID
	}
	return out
}

func templateOf(l *licensing.License) edition {
	e := l.Edition
	return edition{
		ID: e.UUID, ProductID: l.Product.UUID, ProductName: l.Product.Name, Name: e.Name, TokenLimit: e.Policy.TokenLimit,
		GoodwillTokenLimit: e.Policy.GoodwillTokenLimit, FloatingTokenLimit: e.Policy.FloatingTokenLimit,
		ProvisioningMode: number(e.Mode == terms.Floating), ClientType: number(e.ClientType == terms.Users),
	}
}

func grantedFeatures(s licensing.State) []grantedFeature {
	all := make([]grantedFeature, len(s.Terms.Grants.Features))
	for i, f := range featuresOf(s) {
		all[i] = grantedFeature{s.License.Product.UUID, f.ID, f.Name, f.Description, f.IsActive}
	}
	return all
}

func grantedLimits(s licensing.State) []grantedLimit {
	all := make([]grantedLimit, len(s.Terms.Grants.Limitations))
	for i, k := range s.Terms.Grants.Limitations {
		all[i] = grantedLimit{
			ProductID: s.License.Product.UUID, ID: k.ID, Name: k.Name, Description: k.Description,
			ResetMode: k.Reset.WireNumber(), ResetPeriodDays: k.ResetDays,
		}
		if k.Limit != nil {
			n := wholeUnits(*k.Limit)
			all[i].Limit = &n
		}
	}
	return all
}

func grantedVariables(s licensing.State) []grantedVariable {
	all := make([]grantedVariable, len(s.Terms.Grants.Variables))
	for i, v := range s.Terms.Grants.Variables {
		all[i] = grantedVariable{s.License.Product.UUID, v.ID, v.Name, v.Description, v.Value}
	}
	return all
}

func grantedUsers(l *licensing.License) []grantedUser {
	all := make([]grantedUser, len(l.Users))
	for i, user := range l.Users {
		all[i] = grantedUser{UserID: user, Name: user, LicenseID: l.LicenseKey, IsActive: true}
	}
	return all
}
