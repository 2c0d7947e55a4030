package terms

import (
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Overrides is what a licence sets for itself; nil and absent fields are the
// edition's. The store keeps it as JSON, and NULL when it is empty.
type Overrides struct {
	TokenLimit           *int64 `json:"token_limit,omitempty"`
	ActivationBuffer     *int64 `json:"activation_buffer,omitempty"`
	GoodwillTokenLimit   *int64 `json:"goodwill_token_limit,omitempty"`
	GoodwillDays         *int   `json:"goodwill_days,omitempty"`
	FloatingTokenLimit   *int64 `json:"floating_token_limit,omitempty"`
	EnforceFloatingLimit *bool  `json:"enforce_floating_limit,omitempty"`
	MaxSessionsPerClient *int64 `json:"max_sessions_per_client,omitempty"`
	SessionPeriodMinutes *int   `json:"session_period_minutes,omitempty"`
	HeartbeatPeriodDays  *int   `json:"heartbeat_period_days,omitempty"`
	FreerideDays         *int   `json:"freeride_days,omitempty"`
	TrialDays            *int   `json:"trial_days,omitempty"` // 0 ends the trial: the licence is a full one

	ClientMayUnassign *bool `json:"client_may_unassign,omitempty"`

	DeactivationAllowance          *int64 `json:"deactivation_allowance,omitempty"`
	DashboardDeactivationAllowance *int64 `json:"dashboard_deactivation_allowance,omitempty"`
	APIDeactivationAllowed         *bool  `json:"api_deactivation_allowed,omitempty"`

	OfflineAllowed  *bool   `json:"offline_allowed,omitempty"`
	XMLFilesAllowed *bool   `json:"xml_files_allowed,omitempty"`
	OfflineDays     *int    `json:"offline_days,omitempty"`
	ReleaseLimit    *string `json:"release_limit,omitempty"`
	MinimumRelease  *string `json:"minimum_release,omitempty"`
	EnforceUpgrade  *bool   `json:"enforce_upgrade,omitempty"`

	Features    []FeatureOverride    `json:"features,omitempty"`
	Limitations []LimitationOverride `json:"limitations,omitempty"`
	Variables   []VariableOverride   `json:"variables,omitempty"`
}

// FeatureOverride sets one adjustable feature of one licence.
type FeatureOverride struct {
	ID        ident.UUID `json:"id"`
	IsActive  *bool      `json:"is_active,omitempty"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

// LimitationOverride sets one adjustable limitation of one licence.
type LimitationOverride struct {
	ID        ident.UUID `json:"id"`
	Limit     *int64     `json:"limit,omitempty"` // in millionths
	Unlimited bool       `json:"unlimited,omitempty"`

	ContractAllowed *int64 `json:"contract_allowed,omitempty"` // in millionths
}

// VariableOverride sets one adjustable variable of one licence.
type VariableOverride struct {
	ID    ident.UUID `json:"id"`
	Value string     `json:"value"`
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// Policy lays o over the edition's policy.
func (o *Overrides) Policy(p Policy) Policy {
	if o == nil {
		return p
	}
	return o.over(p)
}

// over is apart from Policy so that a policy without overrides stays off the heap.
func (o *Overrides) over(p Policy) Policy {
	for i := range fields {
		if own := fields[i].Own(o); own != nil {
			fields[i].Set(&p, own)
		}
	}
	return p
}

// Grants lays o over the edition's grants. The edition's are left as they are.
func (o *Overrides) Grants(g Grants) Grants {
	if o == nil {
		return g
	}
	if len(o.Features) > 0 {
		g.Features = slices.Clone(g.Features)
		for _, f := range o.Features {
			if i := slices.IndexFunc(g.Features, func(e Feature) bool { return e.ID == f.ID }); i >= 0 {
				set(&g.Features[i].IsActive, f.IsActive)
				if f.ExpiresAt != nil {
					g.Features[i].ExpiresAt = f.ExpiresAt
				}
			}
		}
	}
	g.Limitations = o.limitations(g.Limitations)
	if len(o.Variables) > 0 {
		g.Variables = slices.Clone(g.Variables)
		for _, v := range o.Variables {
			if i := slices.IndexFunc(g.Variables, func(e Variable) bool { return e.ID == v.ID }); i >= 0 {
				g.Variables[i].Value = v.Value
			}
		}
	}
	return g
}

// limitations lays o over an edition's limitations, which are left as they are.
func (o *Overrides) limitations(all []Limitation) []Limitation {
	if len(o.Limitations) == 0 {
		return all
	}
	all = slices.Clone(all)
	for _, l := range o.Limitations {
		i := slices.IndexFunc(all, func(e Limitation) bool { return e.ID == l.ID })
		if i < 0 {
			continue
		}
		if l.Limit != nil || l.Unlimited {
			all[i].Limit = l.Limit
		}
		if l.ContractAllowed != nil {
			all[i].ContractAllowed = l.ContractAllowed
		}
	}
	return all
}

// CheckGrants reports overrides of what the edition does not grant or does not
// let a licence adjust, by field.
func (o *Overrides) CheckGrants(g Grants) error {
	if o == nil {
		return nil
	}
	var wrong fault.Fields
	for _, f := range o.Features {
		i := slices.IndexFunc(g.Features, func(e Feature) bool { return e.ID == f.ID })
		wrong.Check(i >= 0 && g.Features[i].Adjustable, "features", "may only name adjustable features of the edition")
		wrong.Check(f.ExpiresAt == nil || GoodInstant(*f.ExpiresAt), "features", "may only expire between 1970 and the year 9999")
	}
	for _, l := range o.Limitations {
		i := slices.IndexFunc(g.Limitations, func(e Limitation) bool { return e.ID == l.ID })
		wrong.Check(i >= 0 && g.Limitations[i].Adjustable, "limitations", "may only name adjustable limitations of the edition")
		wrong.Check(l.ContractAllowed == nil || i >= 0 && g.Limitations[i].ExpiresLicense && *l.ContractAllowed > 0 && *l.ContractAllowed <= MaxQuantity*Unit,
			"limitations", "must have a contract_allowed above 0 and at most 1000000000000, where the edition says expires_license")
		wrong.Check(l.Limit == nil || *l.Limit >= 0 && *l.Limit <= MaxQuantity*Unit, "limitations", "must have limits between 0 and 1000000000000")
	}
	for _, v := range o.Variables {
		i := slices.IndexFunc(g.Variables, func(e Variable) bool { return e.ID == v.ID })
		wrong.Check(i >= 0 && g.Variables[i].Adjustable, "variables", "may only name adjustable variables of the edition")
		wrong.Check(len(v.Value) <= 4096, "variables", "must have values of at most 4096 bytes")
	}
	return wrong.Err()
}

// ReadReleases reads the releases that the licence sets for itself, as the policy's are
// read; was is what it set before.
func (o *Overrides) ReadReleases(was *Overrides) (*Overrides, error) {
	if o == nil || o.ReleaseLimit == nil && o.MinimumRelease == nil {
		return o, nil
	}
	p, err := o.Policy(Policy{}).ReadReleases(was.Policy(Policy{}))
	read := *o
	if read.ReleaseLimit != nil {
		read.ReleaseLimit = &p.ReleaseLimit
	}
	if read.MinimumRelease != nil {
		read.MinimumRelease = &p.MinimumRelease
	}
	return &read, err
}

// CheckLimits reports limits that are not whole numbers, as Grants.CheckLimits does.
func (o *Overrides) CheckLimits(was *Overrides) error {
	if o == nil {
		return nil
	}
	var wrong fault.Fields
	for _, l := range o.Limitations {
		kept := was != nil && slices.ContainsFunc(was.Limitations, func(w LimitationOverride) bool { return w.ID == l.ID && same(w.Limit, l.Limit) })
		wrong.Check(kept || whole(l.Limit), "limitations", "must have limits that are whole numbers")
	}
	return wrong.Err()
}
