package client

import (
	"encoding/json"
	"time"
)

// LicenseInfo is what the server says about the licence, the client and both
// together: the answer to activate and heartbeat. Times are UTC; texts that the
// server leaves null are empty.
type LicenseInfo struct {
	Customer struct {
		ID     string `json:"customer_id"`
		Name   string `json:"company_name"`
		Number string `json:"customer_number"`
	} `json:"customer"`

	LicenseName      string `json:"license_name"`
	LicenseKey       string `json:"license_key"` // secret: who has it can activate
	TokenKey         string `json:"token_key"`   // secret: the slot this client holds
	LegacyLicenseKey string `json:"legacy_license_key"`

	ClientID          string `json:"client_id"`
	ClientName        string `json:"client_name"`
	ClientDescription string `json:"client_description"`

	ProductName  string `json:"product_name"`
	ProductID    string `json:"product_id"`
	TemplateName string `json:"template_name"` // the edition
	TemplateID   string `json:"template_id"`

	ProvisioningMode int `json:"provisioning_mode"` // 0 named, 1 floating
	ClientType       int `json:"client_type"`       // 0 devices, 1 users

	IsActive  bool `json:"is_license_active"`
	IsExpired bool `json:"is_license_expired"`
	IsValid   bool `json:"is_license_valid"` // the server's judgement of everything together

	StartDate      *time.Time `json:"start_date_utc"`
	ExpirationDate time.Time  `json:"expiration_date_utc"` // exclusive; year 9999: perpetual
	DateValidity   int        `json:"date_validity"`       // 0 in force, 1 not yet started, 2 over

	TokenLimit         *int `json:"token_limit"`
	FloatingTokenLimit *int `json:"floating_token_limit"`

	IsTemporary            bool             `json:"is_temporary"`
	IsSoftwareVersionValid bool             `json:"is_software_version_valid"`
	ReleaseLimitation      *SoftwareRelease `json:"software_release_limitation"`
	IsNewerAvailable       bool             `json:"is_newer_software_shipment_available"`
	LatestShipment         json.RawMessage  `json:"latest_software_shipment"`
	EnforceUpgrade         bool             `json:"enforce_software_version_upgrade"`

	SessionPeriod   int `json:"session_period"`   // minutes
	HeartbeatPeriod int `json:"heartbeat_period"` // days
	Freeride        int `json:"freeride"`         // days

	Features             []Feature             `json:"features"`
	Limitations          []Limitation          `json:"limitations"`
	Variables            []Variable            `json:"variables"`
	ConstrainedVariables []ConstrainedVariable `json:"constrained_variables"`
	LicenseUsers         []json.RawMessage     `json:"license_users"`

	CreatedDate time.Time   `json:"created_date_utc"` // when the server answered
	LicenseType LicenseType `json:"license_type"`

	IsGoodwill     bool   `json:"is_goodwill"`     // activated above the contract
	GoodwillNotice string `json:"goodwill_notice"` // to show to the user
	ValidityReason string `json:"validity_reason"` // why it is not valid, one of the Reason constants; empty where it is

	// Since when new clients are refused, and why: "activations_exceeded". Those that are
	// activated stay valid. Nil and empty while there is room.
	UsedUpAt     *time.Time `json:"used_up_at"`
	UsedUpReason string     `json:"used_up_reason"`

	// Help says on either reason since when it holds, and what to do; to show to the
	// user. Empty where there is none.
	Help string `json:"help"`

	ActivationsUsed    *int  `json:"activations_used"`
	ActivationsAllowed *int  `json:"activations_allowed"`
	Serial             int64 `json:"serial"` // rises with every change of the licence
}

// The values of LicenseInfo.ValidityReason; a newer server may know others.
const (
	ReasonInactive        = "inactive"              // switched off by the vendor
	ReasonNotStarted      = "not_started"           // its start date is to come
	ReasonExpired         = "expired"               // its time is over
	ReasonTrialOver       = "trial_over"            // the time of a trial is over
	ReasonMeasured        = "measurements_exceeded" // all that the contract allows is consumed
	ReasonSoftwareVersion = "software_version"      // not for this version of the program
)

// UsedUpByActivations is the value of LicenseInfo.UsedUpReason while there is no room.
const UsedUpByActivations = "activations_exceeded"

// SoftwareRelease is the newest release the licence is good for.
type SoftwareRelease struct {
	ID          string `json:"id"`
	ProductID   string `json:"product_id"`
	Release     string `json:"software_release"`
	Description string `json:"description"`
}

// A Feature is a switch of the edition.
type Feature struct {
	ID             string     `json:"id"`
	Name           string     `json:"name"`
	Description    string     `json:"description"`
	IsActive       bool       `json:"is_active"`
	ExpirationDate *time.Time `json:"expiration_date_utc"` // exclusive; nil: with the licence
}

// A Limitation is a number of the edition, static or consumed.
type Limitation struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	Description     string   `json:"description"`
	Value           *float64 `json:"value"`     // nil: unlimited
	Remaining       *float64 `json:"remaining"` // of the period; nil: not consumed, or unlimited
	Balance         *float64 `json:"balance"`
	ResetMode       int      `json:"consumption_reset_mode"` // 0 none: a static limit, 1 never, 2 every n days, 3 month, 4 quarter, 5 year
	ResetPeriodDays *int     `json:"consumption_reset_period_days"`
}

// A Variable is a text of the edition.
type Variable struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Value       string `json:"value"`
}

// A ConstrainedVariable is one or more texts out of a fixed list.
type ConstrainedVariable struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Value       []string `json:"value"`
}

// LicenseType is the vendor's kind of licence.
type LicenseType struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}
