package catalog

import (
	"strconv"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/terms"
	"chancery/internal/web"
)

func (p *Pages) prepareNew(q *web.Request, v web.Values) (wanted, error) {
	product, err := p.found(q)
	if err != nil {
		return wanted{}, err
	}
	e := catalog.Edition{
		ProductUUID: product.UUID, Name: v.Text("name"), Description: v.Text("description"), LicenseType: terms.LicenseType(v.Text("license_type")),
		Mode: terms.Mode(v.Text("provisioning_mode")), ClientType: terms.ClientType(v.Text("client_type")),
	}
	e.Policy = policyOf(v, e.Mode, terms.Defaults())
	w := wanted{product: product.UUID, given: e}
	if w.given.Grants, w.names, err = p.grantsOf(q, v, product, terms.Grants{}); err != nil {
		return w, err
	}
	return w, v.Err()
}

func (p *Pages) prepareEdit(q *web.Request, v web.Values) (wanted, error) {
	e, product, err := p.foundEdition(q)
	if err != nil {
		return wanted{}, err
	}
	if v.Text("revision") != strconv.FormatInt(e.Revision, 10) {
		return wanted{}, fault.Refused("edition_changed_meanwhile", "Somebody has changed this edition since you opened it.",
			"Open it anew to see the change, then make yours.")
	}
	w := wanted{product: product.UUID, edition: e.UUID, given: e}
	w.given.Name, w.given.Description, w.given.LicenseType = v.Text("name"), v.Text("description"), terms.LicenseType(v.Text("license_type"))
	w.given.Policy = policyOf(v, e.Mode, e.Policy)
	if w.given.Grants, w.names, err = p.grantsOf(q, v, product, e.Grants); err != nil {
		return w, err
	}
	return w, v.Err()
}

// policyOf reads the policy from a form. What the mode has no use for stays as it was.
func policyOf(v web.Values, mode terms.Mode, p terms.Policy) terms.Policy {
	number := func(name string) int {
		n := v.IntOrNil(name)
		if n == nil {
			v.Check(v.Text(name) != "", name, "is needed; 0 stands for none")
			return 0
		}
		return *n
	}
	if mode == terms.Floating {
		p.FloatingTokenLimit, p.MaxSessionsPerClient = int64(number("floating_token_limit")), int64(number("max_sessions_per_client"))
		p.SessionPeriodMinutes, p.CheckoutPeriodMinutes = number("session_period_minutes"), number("checkout_period_minutes")
		p.EnforceFloatingLimit = v.Flag("enforce_floating_limit")
	} else {
		p.TokenLimit, p.ActivationBuffer = int64(number("token_limit")), int64(number("activation_buffer"))
		_ = p.ActivationOnCreation.UnmarshalText([]byte(v.Text("activation_on_creation"))) // the edition's check judges it
		p.GoodwillTokenLimit, p.GoodwillDays = int64(number("goodwill_token_limit")), v.IntOrNil("goodwill_days")
	}
	p.HeartbeatPeriodDays, p.FreerideDays, p.TrialDays = number("heartbeat_period_days"), number("freeride_days"), number("trial_days")
	p.StrictHeartbeats, p.ClientMayUnassign = v.Flag("strict_heartbeats"), v.Flag("client_may_unassign")
	p.OfflineAllowed = v.Flag("offline_allowed")
	p.ExpiresMode, p.ExpiresAt, p.ExpiresDays = terms.ExpiresMode(v.Text("expires_mode")), nil, nil
	switch p.ExpiresMode {
	case terms.ExpiresAt:
		p.ExpiresAt = utc(v.DayEnd("expires_at"))
		v.Check(v.Text("expires_at") != "", "expires_at", "is needed where it ends with a day")
	case terms.ExpiresDaysActivated:
		p.ExpiresDays = v.IntOrNil("expires_days")
		v.Check(v.Text("expires_days") != "", "expires_days", "is needed where it ends days after activation")
	case terms.ExpiresNever:
	}
	p.ReleaseLimit, p.MinimumRelease, p.EnforceUpgrade = v.Text("release_limit"), v.Text("minimum_release"), v.Flag("enforce_upgrade")
	return p
}

// utc gives the instant as it is stored, so that an unchanged one compares equal.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
