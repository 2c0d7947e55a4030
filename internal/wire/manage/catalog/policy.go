package catalog

import (
	"time"

	"chancery/internal/terms"
	"chancery/internal/wire/manage/value"
)

// PolicyFields is an edition's policy in a request; what is left out stays as it
// is, or gets the default when the edition is created.
type PolicyFields struct {
	ActivationCounting    *terms.Counting                `json:"activation_counting,omitempty" enum:"held,monthly" doc:"held (by default): a device counts while it has an activation; monthly: it counts in each calendar month in which it is used, and token_limit is the month's places. Fixed when the edition is made; monthly is for named editions, without offline_allowed and goodwill_days"`
	TokenLimit            *int64                         `json:"token_limit,omitempty" minimum:"0" maximum:"100000" doc:"activations by contract; 1 by default"`
	ActivationBuffer      *int64                         `json:"activation_buffer,omitempty" minimum:"0" maximum:"100000" doc:"activations above the contract that count as regular"`
	GoodwillTokenLimit    *int64                         `json:"goodwill_token_limit,omitempty" minimum:"0" maximum:"100000" doc:"activations above those, shown in the yellow zone"`
	GoodwillDays          value.Optional[int]            `json:"goodwill_days,omitzero" minimum:"1" maximum:"36500" doc:"a goodwill activation ends after so many days; null: when a place is free"`
	FloatingTokenLimit    *int64                         `json:"floating_token_limit,omitempty" minimum:"0" maximum:"100000" doc:"sessions open at once"`
	EnforceFloatingLimit  *bool                          `json:"enforce_floating_limit,omitempty" doc:"false: overuse is allowed and recorded; true by default"`
	MaxSessionsPerClient  *int64                         `json:"max_sessions_per_client,omitempty" minimum:"0" maximum:"100000" doc:"0: no limit"`
	SessionPeriodMinutes  *int                           `json:"session_period_minutes,omitempty" minimum:"1" maximum:"525600" doc:"a session not renewed within it lapses; 10 by default"`
	CheckoutPeriodMinutes *int                           `json:"checkout_period_minutes,omitempty" minimum:"0" maximum:"525600" doc:"the longest checkout a client may ask for; 0: none"`
	HeartbeatPeriodDays   *int                           `json:"heartbeat_period_days,omitempty" minimum:"1" maximum:"36500" doc:"how often a client should call; 1 by default"`
	FreerideDays          *int                           `json:"freeride_days,omitempty" minimum:"0" maximum:"36500" doc:"how long it may run without an answer; 7 by default"`
	StrictHeartbeats      *bool                          `json:"strict_heartbeats,omitempty" doc:"refuse heartbeats of software versions that are not allowed"`
	ExpiresMode           *terms.ExpiresMode             `json:"expires_mode,omitempty" enum:"never,at,days_after_activation" doc:"follows from expires_at or expires_days where it is left out"`
	ExpiresAt             value.Optional[value.Deadline] `json:"expires_at,omitzero"`
	ExpiresDays           value.Optional[int]            `json:"expires_days,omitzero" minimum:"1" maximum:"36500" doc:"days of 24 hours after the first activation"`
	TrialDays             *int                           `json:"trial_days,omitempty" minimum:"0" maximum:"36500" doc:"above 0 the licence is a trial of so many days after its first activation"`
	ActivationOnCreation  *terms.ActivationOnCreation    `json:"activation_on_creation,omitempty" enum:"none,token_key,customer_number,customer_email" doc:"what becomes the client id of an activation that is made together with each licence; none by default; of named editions for devices"`
	ClientMayUnassign     *bool                          `json:"client_may_unassign,omitempty" doc:"a client may give up its own activation; true by default"`
	DeactivationAllowance value.Optional[int64]          `json:"deactivation_allowance,omitzero" minimum:"0" maximum:"1000000000" doc:"devices that a licence's owner and its clients may release in the licence's life; null: any number, the default"`
	DashboardAllowance    value.Optional[int64]          `json:"dashboard_deactivation_allowance,omitzero" minimum:"0" maximum:"1000000000" doc:"of those, in the owner's dashboard; null: no limit of its own, the default"`
	APIDeactivation       *bool                          `json:"api_deactivation_allowed,omitempty" doc:"whether the owner's own access tokens may release devices; false by default"`
	OfflineAllowed        *bool                          `json:"offline_allowed,omitempty" doc:"clients may be activated by a file that a person carries; false by default"`
	XMLFilesAllowed       *bool                          `json:"xml_files_allowed,omitempty" doc:"SLASCONE's XML activation and licence files too; false by default"`
	OfflineDays           value.Optional[int]            `json:"offline_days,omitzero" minimum:"1" maximum:"36500" doc:"a file for a device without internet is good for so many days, and wants a refresh file by then; null, the default: as long as the licence"`
	ReleaseLimit          *string                        `json:"release_limit,omitempty" maxLength:"100" doc:"the newest software release that may run; empty: any"`
	MinimumRelease        *string                        `json:"minimum_release,omitempty" maxLength:"100" doc:"the oldest one"`
	EnforceUpgrade        *bool                          `json:"enforce_upgrade,omitempty"`
}

// over lays the fields that were given over p.
func (f PolicyFields) over(p terms.Policy, zone *time.Location) terms.Policy {
	set(&p.TokenLimit, f.TokenLimit)
	set(&p.ActivationBuffer, f.ActivationBuffer)
	set(&p.GoodwillTokenLimit, f.GoodwillTokenLimit)
	f.GoodwillDays.Into(&p.GoodwillDays)
	set(&p.FloatingTokenLimit, f.FloatingTokenLimit)
	set(&p.EnforceFloatingLimit, f.EnforceFloatingLimit)
	set(&p.MaxSessionsPerClient, f.MaxSessionsPerClient)
	set(&p.SessionPeriodMinutes, f.SessionPeriodMinutes)
	set(&p.CheckoutPeriodMinutes, f.CheckoutPeriodMinutes)
	set(&p.HeartbeatPeriodDays, f.HeartbeatPeriodDays)
	set(&p.FreerideDays, f.FreerideDays)
	set(&p.StrictHeartbeats, f.StrictHeartbeats)
	set(&p.TrialDays, f.TrialDays)
	set(&p.ActivationCounting, f.ActivationCounting)
	set(&p.ActivationOnCreation, f.ActivationOnCreation)
	set(&p.ClientMayUnassign, f.ClientMayUnassign)
	f.DeactivationAllowance.Into(&p.DeactivationAllowance)
	f.DashboardAllowance.Into(&p.DashboardDeactivationAllowance)
	set(&p.APIDeactivationAllowed, f.APIDeactivation)
	set(&p.OfflineAllowed, f.OfflineAllowed)
	set(&p.XMLFilesAllowed, f.XMLFilesAllowed)
	f.OfflineDays.Into(&p.OfflineDays)
	set(&p.ReleaseLimit, f.ReleaseLimit)
	set(&p.MinimumRelease, f.MinimumRelease)
	set(&p.EnforceUpgrade, f.EnforceUpgrade)
	if f.ExpiresAt.Given {
		p.ExpiresAt = nil
		if d := f.ExpiresAt.Value; d != nil {
			at := d.In(zone)
			p.ExpiresAt = &at
		}
	}
	f.ExpiresDays.Into(&p.ExpiresDays)
	p.ExpiresMode = value.ExpiresMode(p.ExpiresMode, f.ExpiresMode, f.ExpiresAt, f.ExpiresDays)
	return p
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
