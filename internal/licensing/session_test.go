package licensing

import (
	"testing"

	"chancery/internal/refusal"
	"chancery/internal/terms"
)

func TestDecideAdmission(t *testing.T) {
	t.Parallel()
	held := func(key []byte, version string) *Activation {
		return &Activation{ID: 9, License: 1, Client: Client{PublicKey: key, SoftwareVersion: version}}
	}
	expired := func(l *License) { l.ExpiresMode, l.ExpiresAt = terms.ExpiresAt, noon }
	off := func(l *License) { l.IsActive = false }
	limited := policy(func(p *terms.Policy) { p.ReleaseLimit = "2" })
	suspended := Device{SuspendedUntil: noon.Add(1)}
	for name, c := range map[string]struct {
		admissionCase

		change  func(*License)
		refused int
	}{
		"a license key":                      {admissionCase{}, nil, 0},
		"an activated client":                {admissionCase{client: held(nil, "1")}, nil, 0},
		"with its key":                       {admissionCase{client: held(ours, "1"), proven: ours}, nil, 0},
		"without its key":                    {admissionCase{client: held(ours, "1")}, nil, refusal.ClientAssigned},
		"closing without its key":            {admissionCase{client: held(ours, "1"), closing: true}, nil, refusal.ClientAssigned},
		"by id":                              {admissionCase{byID: true, client: held(nil, "1")}, nil, 0},
		"by id, not activated":               {admissionCase{byID: true}, nil, refusal.InvalidKey},
		"by id, without its key":             {admissionCase{byID: true, client: held(ours, "1")}, nil, refusal.InvalidKey},
		"by id, closing, not activated":      {admissionCase{byID: true, closing: true}, nil, refusal.InvalidKey},
		"its token key":                      {admissionCase{client: held(nil, "1"), token: &Token{Activation: 9}}, nil, 0},
		"a free token key":                   {admissionCase{client: held(nil, "1"), token: &Token{}}, nil, refusal.TokenNotAssigned},
		"another client's token key":         {admissionCase{client: held(nil, "1"), token: &Token{Activation: 8}}, nil, refusal.OtherToken},
		"a token key, not activated":         {admissionCase{token: &Token{Activation: 8}}, nil, refusal.OtherToken},
		"suspended":                          {admissionCase{device: suspended}, nil, refusal.Suspended},
		"closing while suspended":            {admissionCase{device: suspended, closing: true}, nil, 0},
		"without a paid day":                 {admissionCase{unpaid: refusal.NoCard()}, nil, refusal.Blacklisted},
		"closing without a paid day":         {admissionCase{unpaid: refusal.NoCard(), closing: true}, nil, 0},
		"off":                                {admissionCase{}, off, refusal.NotActive},
		"closing while off":                  {admissionCase{closing: true}, off, 0},
		"over":                               {admissionCase{}, expired, refusal.Expired},
		"not yet started":                    {admissionCase{}, func(l *License) { l.StartsAt = noon.Add(1) }, refusal.NotActive},
		"started":                            {admissionCase{}, func(l *License) { l.StartsAt = noon }, 0},
		"a version that is not allowed":      {admissionCase{client: held(nil, "3")}, limited, refusal.VersionNotAllowed},
		"no version known":                   {admissionCase{}, limited, 0},
		"suspended goes before switched off": {admissionCase{device: suspended}, off, refusal.Suspended},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.now, c.license = noon, granting(0, 0, 0, floating)
			if c.change != nil {
				c.change(c.license)
			}
			got := 0
			if r := decideAdmission(c.admissionCase); r != nil {
				got = r.ID
			}
			if got != c.refused {
				t.Errorf("got %d, want %d", got, c.refused)
			}
		})
	}
}

func TestAFloatingLicenceHasNoLimitOnActivations(t *testing.T) {
	t.Parallel()
	l := granting(1, 0, 0, floating, using(40, 0), func(l *License) { l.UsedUpAt = noon })
	if s := StateOf(l, nil, "", noon); s.Allowed != nil || s.Used != 40 || s.Reason != "" || !s.IsValid {
		t.Errorf("%+v", s)
	}
	if l.overfull(l.Terms().Policy) {
		t.Error("it is overfull")
	}
}
