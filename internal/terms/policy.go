package terms

import (
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
)

// Mode is an edition's provisioning mode, fixed after creation.
type Mode string

// The provisioning modes.
const (
	Named    Mode = "named"    // a token per client
	Floating Mode = "floating" // any number of clients, limited sessions
)

// ClientType says who holds a token, fixed after creation.
type ClientType string

// The client types.
const (
	Devices ClientType = "devices"
	Users   ClientType = "users"
)

// LicenseType is the commercial kind of a licence.
type LicenseType string

// The license types.
const (
	Perpetual    LicenseType = "perpetual"
	TimeLimited  LicenseType = "time_limited"
	Subscription LicenseType = "subscription" // validity is decided outside
	Consumption  LicenseType = "consumption"
)

// ExpiresMode says how a licence's end is reckoned.
type ExpiresMode string

// The expiration modes.
const (
	ExpiresNever         ExpiresMode = "never"
	ExpiresAt            ExpiresMode = "at"                    // at an instant, exclusive
	ExpiresDaysActivated ExpiresMode = "days_after_activation" // n × 24 h after the first activation
)

// ActivationOnCreation says which client is activated together with each licence.
// Its zero value, "none" outside, is none: clients activate themselves.
type ActivationOnCreation string

// The values of ActivationOnCreation: what becomes the client id.
const (
	ActivateNone           ActivationOnCreation = ""
	ActivateTokenKey       ActivationOnCreation = "token_key" // of the token that it takes
	ActivateCustomerNumber ActivationOnCreation = "customer_number"
	ActivateCustomerEmail  ActivationOnCreation = "customer_email"
)

const activateNone = "none"

// MarshalText implements encoding.TextMarshaler.
func (a ActivationOnCreation) MarshalText() ([]byte, error) {
	if a == ActivateNone {
		return []byte(activateNone), nil
	}
	return []byte(a), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *ActivationOnCreation) UnmarshalText(text []byte) error {
	if *a = ActivationOnCreation(text); *a == activateNone {
		*a = ActivateNone
	}
	return nil
}

// CheckActivation reports what is wrong with the client that is activated on creation.
func (p Policy) CheckActivation(mode Mode, clients ClientType) error {
	var wrong fault.Fields
	const field = "activation_on_creation"
	switch p.ActivationOnCreation {
	case ActivateNone:
	case ActivateTokenKey, ActivateCustomerNumber, ActivateCustomerEmail:
		wrong.Check(mode == Named && clients == Devices, field, "is for named editions whose clients are devices: leave it at none")
	default:
		wrong.Check(false, field, "must be none, token_key, customer_number or customer_email")
	}
	return wrong.Err()
}

// Counting says which devices count against a named licence's limit, fixed after
// creation. Its zero value, "held" outside, is those that hold an activation.
type Counting string

// The values of Counting.
const (
	CountHeld    Counting = ""        // a device counts while it has an activation
	CountMonthly Counting = "monthly" // a device counts in each month of the vendor's calendar in which it is used
)

const countHeld = "held"

// MarshalText implements encoding.TextMarshaler.
func (c Counting) MarshalText() ([]byte, error) {
	if c == CountHeld {
		return []byte(countHeld), nil
	}
	return []byte(c), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Counting) UnmarshalText(text []byte) error {
	if *c = Counting(text); *c == countHeld {
		*c = CountHeld
	}
	return nil
}

// checkCounting reports what does not go together with counting by the month.
func (p Policy) checkCounting(wrong *fault.Fields, mode Mode) {
	const field = "activation_counting"
	if p.ActivationCounting != CountMonthly {
		wrong.Check(p.ActivationCounting == CountHeld, field, "must be held or monthly")
		return
	}
	wrong.Check(mode == Named, field, "can be monthly on named editions only: leave it at held")
	wrong.Check(!p.OfflineAllowed, "offline_allowed",
		"can't be combined with activation_counting monthly: a device that lives from files is not seen, so its months can't be counted")
	wrong.Check(p.ActivationOnCreation != ActivateTokenKey, "activation_on_creation",
		"can't be token_key with activation_counting monthly: such licences have no token keys")
	wrong.Check(p.GoodwillDays == nil, "goodwill_days", "must be empty where activations are counted by the month: a goodwill place ends with its month")
}

// Bounds of the policy's numbers.
const (
	MaxTokens        = 100_000
	MaxDeactivations = 1_000_000_000
	MaxDays          = 36_500
)

// Policy is what an edition fixes for its licences (docs/licences.md). A licence
// can override it by the field of the same name in Overrides.
type Policy struct {
	ActivationCounting Counting `json:"activation_counting"` // fixed after creation; of named editions

	TokenLimit         int64 `json:"token_limit"`          // n: tokens by contract, 0 to MaxTokens
	ActivationBuffer   int64 `json:"activation_buffer"`    // b: more than the contract says
	GoodwillTokenLimit int64 `json:"goodwill_token_limit"` // m: goodwill tokens
	GoodwillDays       *int  `json:"goodwill_days"`        // a goodwill activation ends after so many days; nil: when a token frees

	FloatingTokenLimit    int64 `json:"floating_token_limit"`    // sessions open at once
	EnforceFloatingLimit  bool  `json:"enforce_floating_limit"`  // false: overuse is allowed and recorded
	MaxSessionsPerClient  int64 `json:"max_sessions_per_client"` // 0: no limit
	SessionPeriodMinutes  int   `json:"session_period_minutes"`  // a session not renewed within it lapses
	CheckoutPeriodMinutes int   `json:"checkout_period_minutes"` // the longest checkout a client may ask for; 0: none

	HeartbeatPeriodDays int  `json:"heartbeat_period_days"` // how often a client should call
	FreerideDays        int  `json:"freeride_days"`         // how long it may run without an answer
	StrictHeartbeats    bool `json:"strict_heartbeats"`     // heartbeats of another software version than allowed are refused

	ExpiresMode ExpiresMode `json:"expires_mode"`
	ExpiresAt   *time.Time  `json:"expires_at"`   // with ExpiresAt
	ExpiresDays *int        `json:"expires_days"` // with ExpiresDaysActivated
	TrialDays   int         `json:"trial_days"`   // above 0 the licence is a trial: it ends so many days after its first activation, if not sooner

	ActivationOnCreation ActivationOnCreation `json:"activation_on_creation"` // of named editions for devices

	ClientMayUnassign bool `json:"client_may_unassign"`

	DeactivationAllowance          *int64 `json:"deactivation_allowance"`           // in the licence's life; nil: any number
	DashboardDeactivationAllowance *int64 `json:"dashboard_deactivation_allowance"` // of those, by its owner in the dashboard; nil: no limit of its own
	APIDeactivationAllowed         bool   `json:"api_deactivation_allowed"`         // the owner's own access token may release devices

	OfflineAllowed bool `json:"offline_allowed"` // clients may be activated by a file; never with license type subscription

	ReleaseLimit   string `json:"release_limit"`   // the newest software release that may run; "" for any
	MinimumRelease string `json:"minimum_release"` // the oldest one
	EnforceUpgrade bool   `json:"enforce_upgrade"`
}

// Defaults gives a policy that works: one device, daily heartbeats, a week of freeride.
func Defaults() Policy {
	return Policy{
		TokenLimit: 1, EnforceFloatingLimit: true, SessionPeriodMinutes: 10, HeartbeatPeriodDays: 1, FreerideDays: 7,
		ExpiresMode: ExpiresNever, ClientMayUnassign: true,
	}
}

// Check reports every number out of range and every contradiction, by field.
func (p Policy) Check(mode Mode) error {
	var wrong fault.Fields
	for _, f := range fields {
		if n, is := f.Value(p).(int64); is && f.IsNumber() {
			wrong.Check(f.inRange(n, mode), f.Name, f.rangeText())
		}
	}
	p.checkExpiry(&wrong)
	p.checkCounting(&wrong, mode)
	return wrong.Err()
}

// ReadReleases reads the releases that may run (entry.Release); was is what they were before.
func (p Policy) ReadReleases(was Policy) (Policy, error) {
	var wrong fault.Fields
	p.ReleaseLimit = entry.Release(&wrong, "release_limit", p.ReleaseLimit, was.ReleaseLimit)
	p.MinimumRelease = entry.Release(&wrong, "minimum_release", p.MinimumRelease, was.MinimumRelease)
	return p, wrong.Err()
}

// AllowsRelease reports whether a version of the software may run. One that can't be
// read is not judged, nor is any by a release that can't be.
func (p Policy) AllowsRelease(version string) bool {
	v, readable := entry.ReadVersion(version)
	if !readable {
		return true
	}
	newest, limited := entry.ReadVersion(p.ReleaseLimit)
	oldest, least := entry.ReadVersion(p.MinimumRelease)
	return (!limited || v.Compare(newest) <= 0) && (!least || v.Compare(oldest) >= 0)
}

func (p Policy) checkExpiry(wrong *fault.Fields) {
	switch p.ExpiresMode {
	case ExpiresNever:
	case ExpiresAt:
		wrong.Check(p.ExpiresAt != nil && GoodInstant(*p.ExpiresAt), "expires_at", "must be given, between 1970 and the year 9999")
	case ExpiresDaysActivated:
		wrong.Check(p.ExpiresDays != nil, "expires_days", "must be given")
	default:
		wrong.Check(false, "expires_mode", "must be never, at or days_after_activation")
	}
}

// GoodInstant reports whether t can be stored and sent: from 1970 to before the
// year 9999, which on the wire stands for "never".
func GoodInstant(t time.Time) bool {
	return t.UnixMilli() > 0 && t.UTC().Year() < 9999
}
