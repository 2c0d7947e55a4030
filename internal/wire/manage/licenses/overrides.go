package licenses

import (
	"slices"

	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/wire/manage/value"
)

// OverrideFields is what a licence sets for itself in a request. A field that is
// left out stays as it is; null goes back to the edition's.
type OverrideFields struct {
	TokenLimit            value.Optional[int64]  `json:"token_limit,omitzero" minimum:"0" maximum:"100000" doc:"activations by contract"`
	ActivationBuffer      value.Optional[int64]  `json:"activation_buffer,omitzero" minimum:"0" maximum:"100000" doc:"activations above the contract that count as regular"`
	GoodwillTokenLimit    value.Optional[int64]  `json:"goodwill_token_limit,omitzero" minimum:"0" maximum:"100000" doc:"activations above those"`
	GoodwillDays          value.Optional[int]    `json:"goodwill_days,omitzero" minimum:"1" maximum:"36500"`
	FloatingTokenLimit    value.Optional[int64]  `json:"floating_token_limit,omitzero" minimum:"0" maximum:"100000"`
	EnforceFloatingLimit  value.Optional[bool]   `json:"enforce_floating_limit,omitzero"`
	MaxSessionsPerClient  value.Optional[int64]  `json:"max_sessions_per_client,omitzero" minimum:"0" maximum:"100000"`
	SessionPeriodMinutes  value.Optional[int]    `json:"session_period_minutes,omitzero" minimum:"1" maximum:"525600"`
	HeartbeatPeriodDays   value.Optional[int]    `json:"heartbeat_period_days,omitzero" minimum:"1" maximum:"36500"`
	FreerideDays          value.Optional[int]    `json:"freeride_days,omitzero" minimum:"0" maximum:"36500"`
	TrialDays             value.Optional[int]    `json:"trial_days,omitzero" minimum:"0" maximum:"36500" doc:"0 ends the trial: the licence is a full one"`
	ClientMayUnassign     value.Optional[bool]   `json:"client_may_unassign,omitzero"`
	DeactivationAllowance value.Optional[int64]  `json:"deactivation_allowance,omitzero" minimum:"0" maximum:"1000000000" doc:"devices that the owner and its clients may release in the licence's life"`
	DashboardAllowance    value.Optional[int64]  `json:"dashboard_deactivation_allowance,omitzero" minimum:"0" maximum:"1000000000" doc:"of those, in the owner's dashboard"`
	APIDeactivation       value.Optional[bool]   `json:"api_deactivation_allowed,omitzero" doc:"whether the owner's own access tokens may release devices"`
	OfflineAllowed        value.Optional[bool]   `json:"offline_allowed,omitzero"`
	XMLFilesAllowed       value.Optional[bool]   `json:"xml_files_allowed,omitzero"`
	OfflineDays           value.Optional[int]    `json:"offline_days,omitzero" minimum:"1" maximum:"36500" doc:"days that a file for a device without internet is good for"`
	ReleaseLimit          value.Optional[string] `json:"release_limit,omitzero" maxLength:"100"`
	MinimumRelease        value.Optional[string] `json:"minimum_release,omitzero" maxLength:"100"`
	EnforceUpgrade        value.Optional[bool]   `json:"enforce_upgrade,omitzero"`
	Features              []featureOverride      `json:"features,omitempty" maxItems:"500" nullable:"false" doc:"of adjustable features; replaces the whole list"`
	Limitations           []limitationOverride   `json:"limitations,omitempty" maxItems:"500" nullable:"false" doc:"of adjustable limitations; replaces the whole list"`
	Variables             []variableOverride     `json:"variables,omitempty" maxItems:"500" nullable:"false" doc:"of adjustable variables; replaces the whole list"`
}

type featureOverride struct {
	ID       ident.UUID `json:"id" format:"uuid"`
	IsActive *bool      `json:"is_active,omitempty"`
}

type limitationOverride struct {
	ID              ident.UUID                     `json:"id" format:"uuid"`
	Limit           value.Optional[value.Quantity] `json:"limit,omitzero" doc:"a whole number; null: unlimited; left out: the edition's"`
	ContractAllowed *value.Quantity                `json:"contract_allowed,omitempty" doc:"where the edition says expires_license; left out: the edition's"`
}

type variableOverride struct {
	ID    ident.UUID `json:"id" format:"uuid"`
	Value string     `json:"value" maxLength:"4096"`
}

// over lays the fields that were given over a licence's own.
func (f OverrideFields) over(o terms.Overrides) terms.Overrides {
	f.TokenLimit.Into(&o.TokenLimit)
	f.ActivationBuffer.Into(&o.ActivationBuffer)
	f.GoodwillTokenLimit.Into(&o.GoodwillTokenLimit)
	f.GoodwillDays.Into(&o.GoodwillDays)
	f.FloatingTokenLimit.Into(&o.FloatingTokenLimit)
	f.EnforceFloatingLimit.Into(&o.EnforceFloatingLimit)
	f.MaxSessionsPerClient.Into(&o.MaxSessionsPerClient)
	f.SessionPeriodMinutes.Into(&o.SessionPeriodMinutes)
	f.HeartbeatPeriodDays.Into(&o.HeartbeatPeriodDays)
	f.FreerideDays.Into(&o.FreerideDays)
	f.TrialDays.Into(&o.TrialDays)
	f.ClientMayUnassign.Into(&o.ClientMayUnassign)
	f.DeactivationAllowance.Into(&o.DeactivationAllowance)
	f.DashboardAllowance.Into(&o.DashboardDeactivationAllowance)
	f.APIDeactivation.Into(&o.APIDeactivationAllowed)
	f.OfflineAllowed.Into(&o.OfflineAllowed)
	f.XMLFilesAllowed.Into(&o.XMLFilesAllowed)
	f.OfflineDays.Into(&o.OfflineDays)
	f.ReleaseLimit.Into(&o.ReleaseLimit)
	f.MinimumRelease.Into(&o.MinimumRelease)
	f.EnforceUpgrade.Into(&o.EnforceUpgrade)
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
				ID: g.ID, Limit: (*int64)(g.Limit.Value), Unlimited: g.Limit.Given && g.Limit.Value == nil, ContractAllowed: (*int64)(g.ContractAllowed),
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
