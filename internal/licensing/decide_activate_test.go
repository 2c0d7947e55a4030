package licensing

import (
	"testing"
	"time"

	"chancery/internal/refusal"
	"chancery/internal/terms"
)

var (
	ours   = []byte("a client's public key")
	theirs = []byte("another one")
)

func TestDecideActivation(t *testing.T) {
	t.Parallel()
	free := granting(1, 0, 0)
	full := granting(1, 0, 0, using(1, 0))
	expired := func(l *License) { l.ExpiresMode, l.ExpiresAt = terms.ExpiresAt, noon }
	limited := policy(func(p *terms.Policy) { p.ReleaseLimit, p.MinimumRelease = "2.1", "1.5" })
	held := func(key []byte) *Activation { return &Activation{License: 1, Client: Client{PublicKey: key}} }
	filed := func(until time.Time) *Activation {
		a := held(nil)
		if until.Equal(noEnd) {
			a = held(ours)
		}
		a.IsOffline, a.OfflineUntil = true, until
		return a
	}
	old := func(change ...func(*License)) *License { // another customer's
		return granting(1, 0, 0, append([]func(*License){using(1, 0), func(l *License) { l.ID, l.Customer.ID = 2, 2 }}, change...)...)
	}
	for name, c := range map[string]struct {
		activationCase

		refused int
		same    bool
		role    Role
	}{
		"a free token":                      {activationCase{license: free}, 0, false, RoleContract},
		"the buffer counts as regular":      {activationCase{license: granting(1, 1, 0, using(1, 0))}, 0, false, RoleContract},
		"then goodwill":                     {activationCase{license: granting(1, 1, 1, using(2, 0))}, 0, false, RoleGoodwill},
		"then nothing":                      {activationCase{license: granting(1, 1, 1, using(2, 1))}, refusal.NoTokenLeft, false, ""},
		"floating takes anybody":            {activationCase{license: granting(0, 0, 0, floating, using(70_000, 0))}, 0, false, RoleContract},
		"floating, off":                     {activationCase{license: granting(0, 0, 0, floating, func(l *License) { l.IsActive = false })}, refusal.NotActive, false, ""},
		"no tokens at all":                  {activationCase{license: granting(0, 0, 0)}, refusal.NoTokenLeft, false, ""},
		"a limit lowered under its use":     {activationCase{license: granting(1, 0, 3, using(4, 0))}, refusal.NoTokenLeft, false, ""},
		"lowered, with goodwill left":       {activationCase{license: granting(1, 0, 3, using(3, 0))}, 0, false, RoleGoodwill},
		"goodwill above its own limit":      {activationCase{license: granting(3, 0, 1, using(3, 1))}, refusal.NoTokenLeft, false, ""},
		"inactive":                          {activationCase{license: granting(1, 0, 0, func(l *License) { l.IsActive = false })}, refusal.NotActive, false, ""},
		"expired this instant":              {activationCase{license: granting(1, 0, 0, expired)}, refusal.Expired, false, ""},
		"expires the next instant":          {activationCase{now: noon.Add(-1), license: granting(1, 0, 0, expired)}, 0, false, RoleContract},
		"not yet started":                   {activationCase{license: granting(1, 0, 0, func(l *License) { l.StartsAt = noon.Add(oneDay) })}, 0, false, RoleContract},
		"inactive goes before expired":      {activationCase{license: granting(1, 0, 0, expired, func(l *License) { l.IsActive = false })}, refusal.NotActive, false, ""},
		"the newest release":                {activationCase{license: granting(1, 0, 0, limited), version: "2.1.0"}, 0, false, RoleContract},
		"a release above the limit":         {activationCase{license: granting(1, 0, 0, limited), version: "2.1.1"}, refusal.VersionNotAllowed, false, ""},
		"a release below the minimum":       {activationCase{license: granting(1, 0, 0, limited), version: "1.4.9"}, refusal.VersionNotAllowed, false, ""},
		"no release named":                  {activationCase{license: granting(1, 0, 0, limited)}, 0, false, RoleContract},
		"suspended":                         {activationCase{license: free, device: Device{SuspendedUntil: noon.Add(1)}}, refusal.Suspended, false, ""},
		"without a paid day":                {activationCase{license: free, unpaid: refusal.NoCard()}, refusal.Blacklisted, false, ""},
		"without a paid day, again":         {activationCase{license: full, unpaid: refusal.NoCard(), here: held(nil)}, refusal.Blacklisted, false, ""},
		"suspended until now":               {activationCase{license: free, device: Device{SuspendedUntil: noon}}, 0, false, RoleContract},
		"suspended goes before inactive":    {activationCase{license: granting(1, 0, 0, func(l *License) { l.IsActive = false }), device: Device{SuspendedUntil: noon.Add(1)}}, refusal.Suspended, false, ""},
		"again":                             {activationCase{license: full, here: held(nil)}, 0, true, ""},
		"again, on a licence over":          {activationCase{license: granting(1, 0, 0, using(1, 0), expired), here: held(nil)}, refusal.Expired, false, ""},
		"again, by another's token key":     {activationCase{license: full, here: held(nil), token: &Token{Activation: 9}}, 0, true, ""},
		"again, with its key":               {activationCase{license: full, here: held(ours), proven: ours}, 0, true, ""},
		"again, without its key":            {activationCase{license: full, here: held(ours)}, refusal.ClientAssigned, false, ""},
		"again, with another key":           {activationCase{license: full, here: held(ours), proven: theirs}, refusal.ClientAssigned, false, ""},
		"a token key in use":                {activationCase{license: granting(2, 0, 0, using(1, 0)), token: &Token{Activation: 9}}, refusal.TokenAssigned, false, ""},
		"a token key in use, and full":      {activationCase{license: full, token: &Token{Activation: 9}}, refusal.TokenAssigned, false, ""},
		"a free token key":                  {activationCase{license: free, token: &Token{}}, 0, false, RoleContract},
		"a free token key, nothing left":    {activationCase{license: full, token: &Token{}}, refusal.NoTokenLeft, false, ""},
		"from the same customer":            {activationCase{license: free, elsewhere: held(nil), old: old(func(l *License) { l.Customer.ID = 1 })}, 0, false, RoleContract},
		"from another customer":             {activationCase{license: free, elsewhere: held(nil), old: old()}, refusal.OtherCustomersToken, false, ""},
		"from another, temporary":           {activationCase{license: free, elsewhere: held(nil), old: old(func(l *License) { l.IsTemporary = true })}, 0, false, RoleContract},
		"from another, off":                 {activationCase{license: free, elsewhere: held(nil), old: old(func(l *License) { l.IsActive = false })}, 0, false, RoleContract},
		"from another, over":                {activationCase{license: free, elsewhere: held(nil), old: old(expired)}, 0, false, RoleContract},
		"from another, which is allowed":    {activationCase{license: granting(1, 0, 0, func(l *License) { l.Product.AllowClientMoves = true }), elsewhere: held(nil), old: old()}, 0, false, RoleContract},
		"from elsewhere, without its key":   {activationCase{license: free, elsewhere: held(ours), old: old(func(l *License) { l.IsActive = false })}, refusal.ClientAssigned, false, ""},
		"by a file, which is not allowed":   {activationCase{license: free, offline: true}, refusal.OfflineNotAllowed, false, ""},
		"by a file":                         {activationCase{license: granting(1, 0, 0, offline), offline: true}, 0, false, RoleContract},
		"by a file, a subscription":         {activationCase{license: granting(1, 0, 0, offline, subscribed), offline: true}, refusal.OfflineSubscription, false, ""},
		"by a file, floating":               {activationCase{license: granting(1, 0, 0, offline, func(l *License) { l.Edition.Mode = terms.Floating }), offline: true}, refusal.OfflineNotAllowed, false, ""},
		"online, a subscription":            {activationCase{license: granting(1, 0, 0, subscribed)}, 0, false, RoleContract},
		"by a file, over":                   {activationCase{license: granting(1, 0, 0, offline, expired), offline: true}, refusal.Expired, false, ""},
		"by a file, again":                  {activationCase{license: granting(1, 0, 0, offline, using(1, 0)), here: held(nil), offline: true}, 0, true, ""},
		"by a file, in another's name":      {activationCase{license: granting(1, 0, 0, offline, using(1, 0)), here: held(ours), offline: true}, refusal.ClientAssigned, false, ""},
		"from elsewhere, with a file":       {activationCase{license: free, elsewhere: filed(time.Time{}), old: old(func(l *License) { l.Customer.ID = 1 })}, refusal.MayNotUnassign, false, ""},
		"from elsewhere, off, with a file":  {activationCase{license: free, elsewhere: filed(time.Time{}), old: old(func(l *License) { l.IsActive = false })}, refusal.MayNotUnassign, false, ""},
		"from elsewhere, over":              {activationCase{license: free, elsewhere: filed(noon), old: old(expired)}, 0, false, RoleContract},
		"from elsewhere, its file not over": {activationCase{license: free, elsewhere: filed(noon.Add(1)), old: old(expired)}, refusal.MayNotUnassign, false, ""},
		"reinstalled":                       {activationCase{license: full, here: held(ours), presented: theirs, proven: theirs}, 0, false, ""},
		"reinstalled, with a file":          {activationCase{license: full, here: filed(noEnd), presented: theirs, proven: theirs}, refusal.MayNotUnassign, false, ""},
		"from another, nothing left":        {activationCase{license: full, elsewhere: held(nil), old: old()}, refusal.NoTokenLeft, false, ""},
		"from another, by a used token key": {activationCase{license: free, elsewhere: held(nil), old: old(), token: &Token{Activation: 9}}, refusal.TokenAssigned, false, ""},
		"a stranger's, nothing left":        {activationCase{license: full, elsewhere: held(ours), old: old()}, refusal.NoTokenLeft, false, ""},
		"from elsewhere, nothing left":      {activationCase{license: full, elsewhere: held(nil), old: old(func(l *License) { l.Customer.ID = 1 })}, refusal.NoTokenLeft, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := c
			if c.now.IsZero() {
				c.now = noon
			}
			c.policy = c.license.Terms().Policy
			if c.old != nil {
				c.oldPolicy = c.old.Terms().Policy
			}
			d := decideActivation(c.activationCase)
			if d.reinstall != (name == "reinstalled") {
				t.Errorf("reinstall %t", d.reinstall)
			}
			if d.same != c.same || d.role != c.role || !refusedWith(d.refusal, c.refused) {
				t.Errorf("got %+v (refusal %+v), want refusal %d, same %t, role %q", d, d.refusal, c.refused, c.same, c.role)
			}
		})
	}
}

// refusedWith reports whether r is the refusal id, complete; 0 is none.
func refusedWith(r *refusal.Refusal, id int) bool {
	if r == nil {
		return id == 0
	}
	return r.ID == id && r.Message != "" && r.Help != ""
}

func TestDecideUnassign(t *testing.T) {
	t.Parallel()
	suspended := Device{SuspendedUntil: noon.Add(time.Second)}
	for name, c := range map[string]struct {
		activation Activation
		forbidden  bool
		over       bool // the licence
		proven     []byte
		refused    int
	}{
		"one's own":                         {},
		"with the key":                      {activation: Activation{Client: Client{PublicKey: ours}}, proven: ours},
		"without the key":                   {activation: Activation{Client: Client{PublicKey: ours}}, refused: refusal.ClientAssigned},
		"with another key":                  {activation: Activation{Client: Client{PublicKey: ours}}, proven: theirs, refused: refusal.ClientAssigned},
		"suspended":                         {activation: Activation{Device: suspended}, refused: refusal.Suspended},
		"not allowed":                       {forbidden: true, refused: refusal.MayNotUnassign},
		"suspended goes before forbidden":   {activation: Activation{Device: suspended}, forbidden: true, refused: refusal.Suspended},
		"a stranger learns nothing of it":   {activation: Activation{Device: suspended, Client: Client{PublicKey: ours}}, refused: refusal.ClientAssigned},
		"a key of a client that needs none": {proven: theirs},
		"with a file that has no end":       {activation: Activation{IsOffline: true, OfflineUntil: noEnd}, refused: refusal.MayNotUnassign},
		"with a file from before":           {activation: Activation{IsOffline: true}, refused: refusal.MayNotUnassign},
		"with a file, on a licence over":    {activation: Activation{IsOffline: true, OfflineUntil: noon}, over: true},
		"with a file that outlasts it":      {activation: Activation{IsOffline: true, OfflineUntil: noon.Add(1)}, over: true, refused: refusal.MayNotUnassign},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := granting(1, 0, 0, policy(func(p *terms.Policy) { p.ClientMayUnassign = !c.forbidden }))
			if c.over {
				l.ExpiresMode, l.ExpiresAt = terms.ExpiresAt, noon
			}
			if r := decideUnassign(noon, &c.activation, l, c.proven); !refusedWith(r, c.refused) {
				t.Errorf("got %+v, want %d", r, c.refused)
			}
		})
	}
}
