package mailing

import "testing"

// What an owner has chosen holds, else what the vendor has set, else what is on at first for
// who has an account. Keys go to the licensee, whatever anybody has chosen.
func TestWhoWantsAMail(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	on, off := Rule{IsOn: true, ToCustomer: true}, Rule{ToCustomer: true}
	staffOnly := Rule{IsOn: true}
	for name, c := range map[string]struct {
		kind  Kind
		owner Owner
		rule  *Rule // nil: the vendor has set none
		want  bool
	}{
		"nobody has said anything, no account":          {Expiring, Owner{IsLicensee: true}, nil, false},
		"nobody has said anything, with an account":     {Expiring, Owner{IsLicensee: true, HasAccount: true}, nil, true},
		"a device is about to stop, without an account": {RefreshDue, Owner{IsLicensee: true}, nil, true},
		"it is no stranger's":                           {RefreshDue, Owner{}, nil, false},
		"an administrator":                              {Expiring, Owner{HasAccount: true}, nil, true},
		"new devices are told who has chosen them":      {NewDevice, Owner{HasAccount: true}, nil, false},
		"goodwill is":                                   {Goodwill, Owner{HasAccount: true}, nil, false},
		"the vendor has switched it on":                 {NewDevice, Owner{IsLicensee: true}, &on, true},
		"the vendor has switched it off":                {Expiring, Owner{IsLicensee: true, HasAccount: true}, &off, false},
		"the vendor tells its staff alone":              {Expiring, Owner{IsLicensee: true, HasAccount: true}, &staffOnly, false},
		"chosen against the vendor's off":               {Expiring, Owner{Chosen: &yes}, &off, true},
		"chosen against the vendor's on":                {Expiring, Owner{HasAccount: true, Chosen: &no}, &on, false},
		"a key, for the licensee":                       {LicenseIssued, Owner{IsLicensee: true}, nil, true},
		"a key, which can't be chosen away":             {LicenseIssued, Owner{IsLicensee: true, Chosen: &no}, nil, true},
		"a key is no administrator's":                   {LicenseIssued, Owner{HasAccount: true, Chosen: &yes}, nil, false},
		"recovery is nothing that anybody can choose":   {Recovery, Owner{HasAccount: true, Chosen: &yes}, nil, false},
	} {
		r, own := DefaultRule(c.kind), c.rule != nil
		if own {
			r = *c.rule
			r.Kind = c.kind
		}
		if got := c.owner.wants(r, own); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// What brings keys or is about an account's safety can't be chosen away.
func TestSafetyIsNoChoice(t *testing.T) {
	t.Parallel()
	for _, k := range Choosable() {
		switch k { //nolint:exhaustive // all others are fine
		case LicenseIssued, KeyReplaced, Recovery, Invitation, AddressConfirm, AddressTaken, AddressAsked, AddressChanged:
			t.Errorf("%s can be switched off", k)
		}
	}
}
