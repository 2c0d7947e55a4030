package licensing_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

const walkSteps = 300

// walk changes a few licences at random, and knows what must hold after each step.
type walk struct {
	licenseBench

	t        *testing.T
	rand     *rand.Rand
	editions []catalog.Edition
	licenses []*licensing.License
	keys     []ident.UUID                                // every key ever seen
	held     map[ident.ActivationID]ident.UUID           // the token key of each present activation
	goodwill map[ident.LicenseID][]*licensing.Activation // oldest first, before the step
	story    []string
}

// Whatever happens in whatever order, the counters are what the rows say, limits
// hold, keys keep their value, and goodwill turns regular, oldest first, as soon
// as there is room.
func TestARandomWalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		seed := rand.Uint64()
		w := &walk{
			licenseBench: newLicenses(t, e), t: t, rand: rand.New(rand.NewPCG(seed, 0)),
			held: map[ident.ActivationID]ident.UUID{}, goodwill: map[ident.LicenseID][]*licensing.Activation{},
		}
		w.editions = []catalog.Edition{w.Limited(t, 2, 1, 2), w.Limited(t, 4, 0, 0), w.Limited(t, 0, 2, 3)}
		for i := range 3 {
			w.licenses = append(w.licenses, w.Issue(t, w.editions[i]))
		}
		for range walkSteps {
			w.step()
			w.check()
			if t.Failed() {
				t.Fatalf("seed %d, after %v", seed, w.story[max(0, len(w.story)-12):])
			}
		}
		if len(w.held) == 0 || len(w.keys) < 6 {
			t.Errorf("the walk led nowhere: %d activations, %d keys", len(w.held), len(w.keys))
		}
	})
}

func (w *walk) tellf(format string, args ...any) {
	w.story = append(w.story, fmt.Sprintf(format, args...))
}

func (w *walk) step() {
	w.Clock.Advance(time.Duration(w.rand.IntN(2)) * time.Hour) // some come at the same instant
	l := w.licenses[w.rand.IntN(len(w.licenses))]
	client := "client " + strconv.Itoa(w.rand.IntN(11))
	switch n := w.rand.IntN(20); {
	case n < 8:
		w.tellf("%s activates %d", client, l.ID)
		w.granting(l.LicenseKey, client)
	case n < 11 && len(w.keys) > 0:
		w.tellf("%s activates with a token key", client)
		w.granting(w.keys[w.rand.IntN(len(w.keys))], client)
	case n < 15 && len(w.keys) > 0:
		key := w.keys[w.rand.IntN(len(w.keys))]
		r := w.Unassign(w.t, key)
		w.tellf("unassign: %v", r)
		if r != nil && r.ID != refusal.AlreadyUnassigned && r.ID != refusal.UnknownToken {
			w.t.Errorf("unassigning: %+v", r)
		}
	case n < 18:
		limit, buffer, goodwill := w.rand.Int64N(6), w.rand.Int64N(3), w.rand.Int64N(4)
		w.changing(l, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
			o.TokenLimit, o.ActivationBuffer, o.GoodwillTokenLimit = &limit, &buffer, &goodwill
			return o
		}}, fmt.Sprintf("licence %d gets %d+%d+%d", l.ID, limit, buffer, goodwill))
	case n < 19:
		w.changing(l, licensing.Change{Overrides: func(terms.Overrides) terms.Overrides { return terms.Overrides{} }}, fmt.Sprintf("licence %d gets its edition's", l.ID))
	default:
		to := w.editions[w.rand.IntN(len(w.editions))]
		w.changing(l, licensing.Change{Edition: to.UUID}, fmt.Sprintf("licence %d moves to %s", l.ID, to.Name))
	}
}

// granting activates, and holds the answer against the limits as they were before.
func (w *walk) granting(key ident.UUID, client string) {
	w.t.Helper()
	out := w.Activate(w.t, key, client)
	switch {
	case out.Refusal == nil:
		l, p := out.State.License, out.State.Terms.Policy
		if l.GoodwillUsed+l.RegularUsed > licensing.Allowed(p) && !w.holds(out.State.Activation) {
			w.t.Errorf("granted %d of %d", l.GoodwillUsed+l.RegularUsed, licensing.Allowed(p))
		}
	case out.Refusal.ID == refusal.NoTokenLeft:
		l := w.byKey(key)
		if p := l.Terms().Policy; l.RegularUsed+l.GoodwillUsed < licensing.Allowed(p) &&
			(l.RegularUsed < p.TokenLimit+p.ActivationBuffer || l.GoodwillUsed < p.GoodwillTokenLimit) {
			w.t.Errorf("refused with %d regular and %d goodwill in use of %+v", l.RegularUsed, l.GoodwillUsed, p)
		}
	case out.Refusal.ID == refusal.TokenAssigned && slices.Contains(w.present(), key):
	case out.Refusal.ID == refusal.InvalidKey && w.byKey(key) == nil:
	default:
		w.t.Errorf("refused with %d", out.Refusal.ID)
	}
}

func (w *walk) holds(a *licensing.Activation) bool { return w.held[a.ID] == a.TokenKey }

func (w *walk) present() (keys []ident.UUID) {
	for _, k := range w.held {
		keys = append(keys, k)
	}
	return keys
}

func (w *walk) byKey(key ident.UUID) *licensing.License {
	w.t.Helper()
	l, err := w.Store.ByKey(w.t.Context(), w.Vendor, w.Product.UUID, licensing.Key{UUID: key})
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func (w *walk) changing(l *licensing.License, c licensing.Change, what string) {
	w.t.Helper()
	_, err := storetest.Try(w.t, w.Env, func(x tx.Tx) (*licensing.License, error) { return w.Licenses.Update(x, w.Vendor, l.ID, c) })
	w.tellf("%s: %v", what, err)
	if err != nil && !fault.Is(err, "tokens_in_use") {
		w.t.Error(err)
	}
}

// check holds all that must be true between two steps.
func (w *walk) check() {
	w.t.Helper()
	w.Balanced(w.t)
	held := map[ident.ActivationID]ident.UUID{}
	for _, l := range w.licenses {
		now, err := w.Store.ByUUID(w.t.Context(), w.Vendor, l.UUID)
		if err != nil {
			w.t.Fatal(err)
		}
		p := now.Terms().Policy
		if now.GoodwillUsed > 0 && now.RegularUsed < p.TokenLimit+p.ActivationBuffer {
			w.t.Errorf("licence %d: %d on goodwill, and only %d of %d regular", l.ID, now.GoodwillUsed, now.RegularUsed, p.TokenLimit+p.ActivationBuffer)
		}
		if now.ContractTokens != p.TokenLimit {
			w.t.Errorf("licence %d: %d contract tokens of %d", l.ID, now.ContractTokens, p.TokenLimit)
		}
		page, err := w.Store.Activations(w.t.Context(), w.Vendor, l.ID, false, listing.Request{Limit: 100, Sort: "created_at"})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, a := range page.Items {
			held[a.ID] = a.TokenKey
			if was, ok := w.held[a.ID]; ok && was != a.TokenKey {
				w.t.Errorf("activation %d: its token key changed", a.ID)
			}
			if !slices.Contains(w.keys, a.TokenKey) {
				w.keys = append(w.keys, a.TokenKey)
			}
		}
		w.checkGoodwill(l.ID, page.Items)
		tokens, err := w.Store.Tokens(w.t.Context(), w.Vendor, l.ID, listing.Request{Limit: 100, Sort: "created_at"})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, k := range tokens.Items {
			if !slices.Contains(w.keys, k.Key) {
				w.keys = append(w.keys, k.Key)
			}
		}
	}
	w.held = held
}

// checkGoodwill: of those on goodwill before, none that stayed is older than one that turned regular.
func (w *walk) checkGoodwill(l ident.LicenseID, present []*licensing.Activation) {
	w.t.Helper()
	var goodwill []*licensing.Activation
	stayed := false
	for _, was := range w.goodwill[l] {
		i := slices.IndexFunc(present, func(a *licensing.Activation) bool { return a.ID == was.ID })
		switch {
		case i < 0: // released
		case present[i].IsGoodwill():
			stayed = true
		case stayed:
			w.t.Errorf("activation %d turned regular before an older one", was.ID)
		}
	}
	for _, a := range present {
		if a.IsGoodwill() {
			goodwill = append(goodwill, a)
		}
	}
	slices.SortFunc(goodwill, func(a, b *licensing.Activation) int {
		if c := a.GoodwillSince.Compare(b.GoodwillSince); c != 0 {
			return c
		}
		return int(a.ID - b.ID)
	})
	w.goodwill[l] = goodwill
}
