package catalog

import (
	"time"

	"chancery/internal/catalog"
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
	for _, t := range terms.Fields() {
		if !t.MattersFor(mode) {
			continue
		}
		switch t.Kind {
		case terms.Number, terms.OptionalNumber:
			n := v.IntOrNil(t.Name)
			v.Check(n != nil || v.Text(t.Name) != "" || t.Kind == terms.OptionalNumber, t.Name, "is needed; 0 stands for none")
			t.Set(&p, whole(n))
		case terms.Switch:
			t.Set(&p, v.Flag(t.Name))
		case terms.Text:
			t.Set(&p, v.Text(t.Name))
		case terms.Special: // see below
		}
	}
	if mode != terms.Floating {
		_ = p.ActivationOnCreation.UnmarshalText([]byte(v.Text("activation_on_creation"))) // the edition's check judges both
		if counting := v.Text("activation_counting"); counting != "" {                     // it is asked for once
			_ = p.ActivationCounting.UnmarshalText([]byte(counting))
		}
	}
	var was time.Time
	if p.ExpiresAt != nil {
		was = *p.ExpiresAt
	}
	p.ExpiresMode, p.ExpiresAt, p.ExpiresDays = terms.ExpiresMode(v.Text("expires_mode")), nil, nil
	switch p.ExpiresMode {
	case terms.ExpiresAt:
		p.ExpiresAt = v.LastDay("expires_at", was)
		v.Check(v.Text("expires_at") != "", "expires_at", "is needed where it ends with a day")
	case terms.ExpiresDaysActivated:
		p.ExpiresDays = v.IntOrNil("expires_days")
		v.Check(v.Text("expires_days") != "", "expires_days", "is needed where it ends days after activation")
	case terms.ExpiresNever:
	}
	return p
}

// whole is a number as a field of the policy takes it; nil for none.
func whole(n *int) any {
	if n == nil {
		return nil
	}
	return int64(*n)
}
