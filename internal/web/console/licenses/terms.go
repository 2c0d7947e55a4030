package licenses

import (
	"strconv"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// A licence's own terms in a form: a field that is left empty is the edition's.

// number is a number of the policy that a licence can set for itself.
type number struct {
	name, label, unit, hint string
	get                     func(terms.Policy) *int64     // nil: none
	own                     func(*terms.Overrides) *int64 // nil: the edition's
	set                     func(o *terms.Overrides, n *int64)
	mode                    terms.Mode // of the licences that it matters for; "" for all
}

func wide(n *int) *int64 {
	if n == nil {
		return nil
	}
	w := int64(*n)
	return &w
}

func narrow(n *int64) *int {
	if n == nil {
		return nil
	}
	i := int(*n)
	return &i
}

func of[T int | int64](n T) *int64 {
	w := int64(n)
	return &w
}

func numbers() []number {
	return []number{
		{
			"token_limit", "Activations by contract", "devices", "How many clients the customer has paid for.",
			func(p terms.Policy) *int64 { return of(p.TokenLimit) }, func(o *terms.Overrides) *int64 { return o.TokenLimit },
			func(o *terms.Overrides, n *int64) { o.TokenLimit = n }, terms.Named,
		},
		{
			"activation_buffer", "Buffer", "devices", "More than the contract says; they count as regular.",
			func(p terms.Policy) *int64 { return of(p.ActivationBuffer) }, func(o *terms.Overrides) *int64 { return o.ActivationBuffer },
			func(o *terms.Overrides, n *int64) { o.ActivationBuffer = n }, terms.Named,
		},
		{
			"goodwill_token_limit", "Goodwill", "devices", "Above contract and buffer; you see them in the goodwill zone.",
			func(p terms.Policy) *int64 { return of(p.GoodwillTokenLimit) }, func(o *terms.Overrides) *int64 { return o.GoodwillTokenLimit },
			func(o *terms.Overrides, n *int64) { o.GoodwillTokenLimit = n }, terms.Named,
		},
		{
			"goodwill_days", "Goodwill ends after", "days", "Empty, with none in the edition: when a token becomes free.",
			func(p terms.Policy) *int64 { return wide(p.GoodwillDays) }, func(o *terms.Overrides) *int64 { return wide(o.GoodwillDays) },
			func(o *terms.Overrides, n *int64) { o.GoodwillDays = narrow(n) }, terms.Named,
		},
		{
			"floating_token_limit", "Sessions at once", "sessions", "How many sessions may be open at the same time.",
			func(p terms.Policy) *int64 { return of(p.FloatingTokenLimit) }, func(o *terms.Overrides) *int64 { return o.FloatingTokenLimit },
			func(o *terms.Overrides, n *int64) { o.FloatingTokenLimit = n }, terms.Floating,
		},
		{
			"max_sessions_per_client", "Sessions for each client", "sessions", "0 is no limit.",
			func(p terms.Policy) *int64 { return of(p.MaxSessionsPerClient) }, func(o *terms.Overrides) *int64 { return o.MaxSessionsPerClient },
			func(o *terms.Overrides, n *int64) { o.MaxSessionsPerClient = n }, terms.Floating,
		},
		{
			"session_period_minutes", "Session period", "minutes", "A session that is not renewed within it lapses.",
			func(p terms.Policy) *int64 { return of(p.SessionPeriodMinutes) }, func(o *terms.Overrides) *int64 { return wide(o.SessionPeriodMinutes) },
			func(o *terms.Overrides, n *int64) { o.SessionPeriodMinutes = narrow(n) }, terms.Floating,
		},
		{
			"heartbeat_period_days", "Heartbeat every", "days", "How often clients should call.",
			func(p terms.Policy) *int64 { return of(p.HeartbeatPeriodDays) }, func(o *terms.Overrides) *int64 { return wide(o.HeartbeatPeriodDays) },
			func(o *terms.Overrides, n *int64) { o.HeartbeatPeriodDays = narrow(n) }, "",
		},
		{
			"freeride_days", "Freeride", "days", "How long a client runs without an answer.",
			func(p terms.Policy) *int64 { return of(p.FreerideDays) }, func(o *terms.Overrides) *int64 { return wide(o.FreerideDays) },
			func(o *terms.Overrides, n *int64) { o.FreerideDays = narrow(n) }, "",
		},
		{
			"trial_days", "Trial", "days", "0 ends the trial: the licence is a full one.",
			func(p terms.Policy) *int64 { return of(p.TrialDays) }, func(o *terms.Overrides) *int64 { return wide(o.TrialDays) },
			func(o *terms.Overrides, n *int64) { o.TrialDays = narrow(n) }, "",
		},
	}
}

// choice is a switch of the policy that a licence can set for itself.
type choice struct {
	name, label string
	get         func(terms.Policy) bool
	own         func(*terms.Overrides) **bool
	mode        terms.Mode
}

func choices() []choice {
	return []choice{
		{
			"enforce_floating_limit", "Refuse sessions above the limit", func(p terms.Policy) bool { return p.EnforceFloatingLimit },
			func(o *terms.Overrides) **bool { return &o.EnforceFloatingLimit }, terms.Floating,
		},
		{
			"offline_allowed", "Offline use by files", func(p terms.Policy) bool { return p.OfflineAllowed },
			func(o *terms.Overrides) **bool { return &o.OfflineAllowed }, "",
		},
		{
			"client_may_unassign", "Clients may give their activation up", func(p terms.Policy) bool { return p.ClientMayUnassign },
			func(o *terms.Overrides) **bool { return &o.ClientMayUnassign }, "",
		},
		{
			"enforce_upgrade", "Tell clients to upgrade", func(p terms.Policy) bool { return p.EnforceUpgrade },
			func(o *terms.Overrides) **bool { return &o.EnforceUpgrade }, "",
		},
	}
}

// releases are the texts of the policy.
type release struct {
	name, label, hint string
	get               func(terms.Policy) string
	own               func(*terms.Overrides) **string
}

func releases() []release {
	return []release{
		{
			"release_limit", "Newest release", "The newest software release that may run.", func(p terms.Policy) string { return p.ReleaseLimit },
			func(o *terms.Overrides) **string { return &o.ReleaseLimit },
		},
		{
			"minimum_release", "Oldest release", "The oldest one that may run.", func(p terms.Policy) string { return p.MinimumRelease },
			func(o *terms.Overrides) **string { return &o.MinimumRelease },
		},
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func inForce(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// addTerms puts an edition's terms into a form, with what the licence sets itself.
func addTerms(f *web.Form, mode terms.Mode, policy terms.Policy, grants terms.Grants, own terms.Overrides, zone *time.Location) {
	many := web.Group{Title: "How many", Text: "Leave a field empty for what the edition says."}
	long := web.Group{Title: "Heartbeats, trial and releases", Text: "Seldom set for one licence.", Folded: true}
	for _, n := range numbers() {
		if n.mode != "" && n.mode != mode {
			continue
		}
		field := web.Field{Name: n.name, Label: n.label, Unit: n.unit, Hint: n.hint, Placeholder: "edition: " + optional(n.get(policy))}
		if set := n.own(&own); set != nil {
			field.Value = strconv.FormatInt(*set, 10)
		}
		if n.mode == "" {
			long.Fields = append(long.Fields, field)
		} else {
			many.Fields = append(many.Fields, field)
		}
	}
	for _, c := range choices() {
		if c.mode != "" && c.mode != mode {
			continue
		}
		field := web.Field{
			Name: c.name, Label: c.label, Kind: web.SelectField, Placeholder: "As the edition says: " + yes(c.get(policy)),
			Options: []web.Option{{Value: "yes", Label: "Yes"}, {Value: "no", Label: "No"}},
		}
		if set := *c.own(&own); set != nil {
			field.Value = yes(*set)
		}
		if c.mode == "" {
			long.Fields = append(long.Fields, field)
		} else {
			many.Fields = append(many.Fields, field)
		}
	}
	for _, r := range releases() {
		said := r.get(policy)
		if said == "" {
			said = "any"
		}
		field := web.Field{Name: r.name, Label: r.label, Hint: r.hint, Placeholder: "edition: " + said}
		if set := *r.own(&own); set != nil {
			field.Value = *set
		}
		long.Fields = append(long.Fields, field)
	}
	f.Add(many)
	if granted := grantFields(grants, own, zone); len(granted) > 0 {
		f.Add(web.Group{
			Title: "What it grants", Text: "What the edition lets a licence adjust. Leave a field empty for what the edition says.",
			Fields: granted,
		})
	}
	f.Add(long)
}

func optional(n *int64) string {
	if n == nil {
		return "none"
	}
	return web.Number(*n)
}

// readTerms reads what addTerms asked for. A field that the form did not have
// leaves a thing as it was.
func readTerms(v web.Values, mode terms.Mode, grants terms.Grants, was terms.Overrides) terms.Overrides {
	o := was
	for _, n := range numbers() {
		if !v.Has(n.name) || n.mode != "" && n.mode != mode {
			continue
		}
		n.set(&o, wide(v.IntOrNil(n.name)))
	}
	for _, c := range choices() {
		if !v.Has(c.name) || c.mode != "" && c.mode != mode {
			continue
		}
		*c.own(&o) = nil
		if text := v.Text(c.name); text != "" {
			set := text == "yes"
			*c.own(&o) = &set
		}
	}
	for _, r := range releases() {
		if !v.Has(r.name) {
			continue
		}
		*r.own(&o) = nil
		if text := v.Text(r.name); text != "" {
			*r.own(&o) = &text
		}
	}
	readGrants(v, grants, &o)
	return o
}

// lastDay is the date that an exclusive end ends with.
func lastDay(end time.Time, zone *time.Location) string {
	if end.IsZero() {
		return ""
	}
	return licensing.LastDay(end, zone).Format(time.DateOnly)
}
