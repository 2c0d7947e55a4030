package slascone

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

// licenseInfo is the answer to activations, heartbeats and validate, field by
// field as in docs/clients-api.md. Missing values go out as null, but never in
// customer, expiration_date_utc, session_period, heartbeat_period and freeride:
// a client in the field aborts on those.
type licenseInfo struct {
	Customer           customerAccount `json:"customer"`
	LicenseName        *string         `json:"license_name"`
	LicenseKey         *ident.UUID     `json:"license_key"`
	TokenKey           *ident.UUID     `json:"token_key"`
	LegacyLicenseKey   *string         `json:"legacy_license_key"`
	ClientID           *string         `json:"client_id"`
	ClientName         *string         `json:"client_name"`
	ClientDescription  *string         `json:"client_description"`
	ProductName        string          `json:"product_name"`
	ProductID          ident.UUID      `json:"product_id"`
	TemplateName       string          `json:"template_name"`
	TemplateID         ident.UUID      `json:"template_id"`
	ProvisioningMode   int             `json:"provisioning_mode"`
	ClientType         int             `json:"client_type"`
	IsLicenseActive    bool            `json:"is_license_active"`
	IsLicenseExpired   bool            `json:"is_license_expired"`
	IsLicenseValid     bool            `json:"is_license_valid"`
	StartDate          *instant        `json:"start_date_utc"`
	ExpirationDate     instant         `json:"expiration_date_utc"`
	DateValidity       int             `json:"date_validity"`
	TokenLimit         int64           `json:"token_limit"`
	FloatingTokenLimit int64           `json:"floating_token_limit"`
	IsTemporary        bool            `json:"is_temporary"`
	IsVersionValid     bool            `json:"is_software_version_valid"`
	ReleaseLimitation  *release        `json:"software_release_limitation"`
	IsNewerAvailable   bool            `json:"is_newer_software_shipment_available"`
	LatestShipment     *shipment       `json:"latest_software_shipment"`
	SessionPeriod      int             `json:"session_period"`
	HeartbeatPeriod    int             `json:"heartbeat_period"`
	Freeride           int             `json:"freeride"`
	EnforceUpgrade     bool            `json:"enforce_software_version_upgrade"`
	Features           []feature       `json:"features"`
	Limitations        []limitation    `json:"limitations"`
	Variables          []variable      `json:"variables"`
	Constrained        []struct{}      `json:"constrained_variables"`
	LicenseUsers       []licenseUser   `json:"license_users"`
	CreatedDate        instant         `json:"created_date_utc"`
	LicenseType        licenseType     `json:"license_type"`
	IsGoodwill         bool            `json:"is_goodwill"`
	GoodwillNotice     *string         `json:"goodwill_notice"`
	ValidityReason     *string         `json:"validity_reason"`
	UsedUpAt           *instant        `json:"used_up_at"`
	UsedUpReason       *string         `json:"used_up_reason"`
	Help               *string         `json:"help"` // on either reason: what to do
	ActivationsUsed    int64           `json:"activations_used"`
	ActivationsAllowed *int64          `json:"activations_allowed"` // null: any number, on a floating licence
	Serial             int64           `json:"serial"`

	// Variables of the machine that are not kept, there only where some are not.
	VariablesDropped []string `json:"device_variables_dropped,omitempty"`
}

type customerAccount struct {
	CustomerID     ident.UUID `json:"customer_id"`
	CompanyName    string     `json:"company_name"`
	CustomerNumber string     `json:"customer_number"`
}

type release struct {
	ID          ident.UUID `json:"id"`
	ProductID   ident.UUID `json:"product_id"`
	Release     string     `json:"software_release"`
	Description string     `json:"description"`
}

type shipment struct {
	ID            *ident.UUID `json:"id"`
	ProductID     ident.UUID  `json:"product_id"`
	VersionNumber string      `json:"version_number"`
	Description   *string     `json:"description"`
	IsLatest      bool        `json:"is_latest"`
}

type feature struct {
	ID             ident.UUID `json:"id"`
	Name           string     `json:"name"`
	Description    string     `json:"description"`
	IsActive       bool       `json:"is_active"`
	ExpirationDate *instant   `json:"expiration_date_utc"`
}

type limitation struct {
	ID              ident.UUID `json:"id"`
	Name            string     `json:"name"`
	Description     string     `json:"description"`
	Value           *quantity  `json:"value"`
	Remaining       *quantity  `json:"remaining"`
	Balance         *quantity  `json:"balance"`
	ResetMode       int        `json:"consumption_reset_mode"`
	ResetPeriodDays int        `json:"consumption_reset_period_days"`
}

type variable struct {
	ID          ident.UUID `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Value       string     `json:"value"`
}

type licenseUser struct {
	UserID string `json:"user_id"`
}

type licenseType struct {
	ID   ident.UUID `json:"id"`
	Name string     `json:"name"`
}

// licenseTypes gives the types their ids on the wire: fixed, the same on every server.
var licenseTypes = map[terms.LicenseType]licenseType{ //nolint:gochecknoglobals // a table of the protocol
	terms.Perpetual:    {ID: wireID(1), Name: "Perpetual"},
	terms.TimeLimited:  {ID: wireID(2), Name: "Time-limited"},
	terms.Subscription: {ID: wireID(3), Name: "Subscription"},
	terms.Consumption:  {ID: wireID(4), Name: "Consumption"},
}

func wireID(n byte) ident.UUID {
	return ident.UUID{0x5c, 0x1a, 0x5c, 0x02, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, n}
}

// instant is a time on the wire: ISO 8601, UTC, whole seconds, Z.
type instant time.Time

const instantForm = "2006-01-02T15:04:05Z"

// never is what a perpetual licence's expiration_date_utc says.
var never = instant(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)) //nolint:gochecknoglobals // a constant of the protocol

// MarshalJSON implements json.Marshaler.
func (i instant) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, len(instantForm)+2)
	b = append(b, '"')
	b = time.Time(i).UTC().AppendFormat(b, instantForm)
	return append(b, '"'), nil
}

// quantity is a fixed-point number in millionths: a whole number on the wire
// where it is whole, so that clients with an integer field can read it.
type quantity int64

// MarshalJSON implements json.Marshaler.
func (q quantity) MarshalJSON() ([]byte, error) { return terms.AppendQuantity(nil, int64(q)), nil }
