package manage

import (
	"slices"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

// OverrideFields is what a licence sets for itself in a request. A field that is
// left out stays as it is; null goes back to the edition's.
type OverrideFields struct {
	TokenLimit           optional[int64]      `json:"token_limit,omitzero" minimum:"0" maximum:"100000" doc:"tokens by contract"`
	ActivationBuffer     optional[int64]      `json:"activation_buffer,omitzero" minimum:"0" maximum:"100000" doc:"activations above the contract that count as regular"`
	GoodwillTokenLimit   optional[int64]      `json:"goodwill_token_limit,omitzero" minimum:"0" maximum:"100000" doc:"activations above those"`
	GoodwillDays         optional[int]        `json:"goodwill_days,omitzero" minimum:"1" maximum:"36500"`
	FloatingTokenLimit   optional[int64]      `json:"floating_token_limit,omitzero" minimum:"0" maximum:"100000"`
	EnforceFloatingLimit optional[bool]       `json:"enforce_floating_limit,omitzero"`
	MaxSessionsPerClient optional[int64]      `json:"max_sessions_per_client,omitzero" minimum:"0" maximum:"100000"`
	SessionPeriodMinutes optional[int]        `json:"session_period_minutes,omitzero" minimum:"1" maximum:"525600"`
	HeartbeatPeriodDays  optional[int]        `json:"heartbeat_period_days,omitzero" minimum:"1" maximum:"36500"`
	FreerideDays         optional[int]        `json:"freeride_days,omitzero" minimum:"0" maximum:"36500"`
	TrialDays            optional[int]        `json:"trial_days,omitzero" minimum:"0" maximum:"36500" doc:"0 ends the trial: the licence is a full one"`
	ClientMayUnassign    optional[bool]       `json:"client_may_unassign,omitzero"`
	OfflineAllowed       optional[bool]       `json:"offline_allowed,omitzero"`
	ReleaseLimit         optional[string]     `json:"release_limit,omitzero" maxLength:"100"`
	MinimumRelease       optional[string]     `json:"minimum_release,omitzero" maxLength:"100"`
	EnforceUpgrade       optional[bool]       `json:"enforce_upgrade,omitzero"`
	Features             []featureOverride    `json:"features,omitempty" maxItems:"500" nullable:"false" doc:"of adjustable features; replaces the whole list"`
	Limitations          []limitationOverride `json:"limitations,omitempty" maxItems:"500" nullable:"false" doc:"of adjustable limitations; replaces the whole list"`
	Variables            []variableOverride   `json:"variables,omitempty" maxItems:"500" nullable:"false" doc:"of adjustable variables; replaces the whole list"`
}

type featureOverride struct {
	ID       ident.UUID `json:"id" format:"uuid"`
	IsActive *bool      `json:"is_active,omitempty"`
}

type limitationOverride struct {
	ID    ident.UUID `json:"id" format:"uuid"`
	Limit *quantity  `json:"limit" nullable:"true" doc:"a whole number; null: unlimited"`

	ContractAllowed *quantity `json:"contract_allowed,omitempty" doc:"where the edition says expires_license"`
}

type variableOverride struct {
	ID    ident.UUID `json:"id" format:"uuid"`
	Value string     `json:"value" maxLength:"4096"`
}

// over lays the fields that were given over a licence's own.
func (f OverrideFields) over(o terms.Overrides) terms.Overrides {
	f.TokenLimit.into(&o.TokenLimit)
	f.ActivationBuffer.into(&o.ActivationBuffer)
	f.GoodwillTokenLimit.into(&o.GoodwillTokenLimit)
	f.GoodwillDays.into(&o.GoodwillDays)
	f.FloatingTokenLimit.into(&o.FloatingTokenLimit)
	f.EnforceFloatingLimit.into(&o.EnforceFloatingLimit)
	f.MaxSessionsPerClient.into(&o.MaxSessionsPerClient)
	f.SessionPeriodMinutes.into(&o.SessionPeriodMinutes)
	f.HeartbeatPeriodDays.into(&o.HeartbeatPeriodDays)
	f.FreerideDays.into(&o.FreerideDays)
	f.TrialDays.into(&o.TrialDays)
	f.ClientMayUnassign.into(&o.ClientMayUnassign)
	f.OfflineAllowed.into(&o.OfflineAllowed)
	f.ReleaseLimit.into(&o.ReleaseLimit)
	f.MinimumRelease.into(&o.MinimumRelease)
	f.EnforceUpgrade.into(&o.EnforceUpgrade)
	if f.Features != nil {
		o.Features = nil
		for _, g := range f.Features {
			o.Features = append(o.Features, terms.FeatureOverride{ID: g.ID, IsActive: g.IsActive})
		}
	}
	if f.Limitations != nil {
		o.Limitations = nil
		for _, g := range f.Limitations {
			o.Limitations = append(o.Limitations, terms.LimitationOverride{
				ID: g.ID, Limit: (*int64)(g.Limit), Unlimited: g.Limit == nil, ContractAllowed: (*int64)(g.ContractAllowed),
			})
		}
	}
	if f.Variables != nil {
		o.Variables = nil
		for _, g := range f.Variables {
			o.Variables = append(o.Variables, terms.VariableOverride(g))
		}
	}
	return o
}

// overridden names what a licence sets for itself, as an answer shows it.
func overridden(o *terms.Overrides) []string {
	names := []string{}
	if o == nil {
		return names
	}
	note := func(is bool, name string) {
		if is {
			names = append(names, name)
		}
	}
	for _, f := range terms.Fields() {
		note(f.Own(o) != nil, f.Name)
	}
	note(len(o.Features) > 0, "features")
	note(len(o.Limitations) > 0, "limitations")
	note(len(o.Variables) > 0, "variables")
	slices.Sort(names)
	return names
}
