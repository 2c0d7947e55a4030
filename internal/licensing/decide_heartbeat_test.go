package licensing

import (
	"maps"
	"reflect"
	"testing"

	"chancery/internal/refusal"
	"chancery/internal/terms"
)

func TestDecideHeartbeat(t *testing.T) {
	t.Parallel()
	known := Client{SoftwareVersion: "2.0", OperatingSystem: "Linux", Hostname: "h", Variables: map[string]string{"a": "1"}}
	today := Pulse{LastSeenAt: noon, LastSeenDay: DayOf(noon), DayCount: 1}
	seen := func(change ...func(*Activation)) *Activation {
		a := &Activation{Client: known, Pulse: today, Said: known.Fingerprint()}
		a.Client.Variables = maps.Clone(known.Variables)
		for _, f := range change {
			f(a)
		}
		return a
	}
	goodwill := func(a *Activation) { a.GoodwillSince, a.GoodwillUntil = noon.Add(-oneDay), noon }
	strict := terms.Policy{StrictHeartbeats: true, ReleaseLimit: "1.9"}
	for name, c := range map[string]struct {
		heartbeatCase

		refused          int
		release, history bool
	}{
		"nothing new": {heartbeatCase: heartbeatCase{activation: seen(), client: known, proven: true}},
		// Whether what differs is news is looked at in the transaction.
		"says less":                    {heartbeatCase: heartbeatCase{activation: seen(), client: Client{SoftwareVersion: "2.0"}, proven: true}, history: true},
		"the first one of all":         {heartbeatCase: heartbeatCase{activation: seen(func(a *Activation) { a.Pulse.DayCount = 0 }), proven: true}, history: true},
		"the first one of a day":       {heartbeatCase: heartbeatCase{activation: seen(func(a *Activation) { a.Pulse.LastSeenDay-- }), proven: true}, history: true},
		"another version":              {heartbeatCase: heartbeatCase{activation: seen(), client: Client{SoftwareVersion: "2.1"}, proven: true}, history: true},
		"another operating system":     {heartbeatCase: heartbeatCase{activation: seen(), client: Client{OperatingSystem: "BSD"}, proven: true}, history: true},
		"another address":              {heartbeatCase: heartbeatCase{activation: seen(), client: Client{Address: "192.0.2.1"}, proven: true}, history: true},
		"another country":              {heartbeatCase: heartbeatCase{activation: seen(), client: Client{Country: "NZ"}, proven: true}, history: true},
		"a changed variable":           {heartbeatCase: heartbeatCase{activation: seen(), client: Client{Variables: map[string]string{"a": "2"}}, proven: true}, history: true},
		"a new, empty variable":        {heartbeatCase: heartbeatCase{activation: seen(), client: Client{Variables: map[string]string{"b": ""}}, proven: true}, history: true},
		"not proven":                   {heartbeatCase: heartbeatCase{activation: seen()}, refused: refusal.ClientAssigned},
		"suspended":                    {heartbeatCase: heartbeatCase{activation: seen(func(a *Activation) { a.Device.SuspendedUntil = noon.Add(1) }), proven: true}, refused: refusal.Suspended},
		"suspended until now":          {heartbeatCase: heartbeatCase{activation: seen(func(a *Activation) { a.Device.SuspendedUntil = noon }), proven: true}},
		"suspended, but not proven":    {heartbeatCase: heartbeatCase{activation: seen(func(a *Activation) { a.Device.SuspendedUntil = noon.Add(1) })}, refused: refusal.ClientAssigned},
		"its own token":                {heartbeatCase: heartbeatCase{activation: seen(), tokenKey: true, tokenMine: true, proven: true}},
		"another's token":              {heartbeatCase: heartbeatCase{activation: seen(), tokenKey: true, proven: true}, refused: refusal.OtherToken},
		"goodwill over this instant":   {heartbeatCase: heartbeatCase{activation: seen(goodwill), proven: true}, refused: refusal.UnknownClient, release: true},
		"goodwill over, not proven":    {heartbeatCase: heartbeatCase{activation: seen(goodwill)}, refused: refusal.ClientAssigned},
		"goodwill for another instant": {heartbeatCase: heartbeatCase{now: noon.Add(-1), activation: seen(goodwill), proven: true}},
		"goodwill without an end":      {heartbeatCase: heartbeatCase{activation: seen(func(a *Activation) { a.GoodwillSince = noon }), proven: true}},
		"a version not allowed":        {heartbeatCase: heartbeatCase{activation: seen(), client: known, policy: terms.Policy{ReleaseLimit: "1.9"}, proven: true}},
		"not allowed, and strict":      {heartbeatCase: heartbeatCase{activation: seen(), client: known, policy: strict, proven: true}, refused: refusal.VersionNotAllowed},
		"strict, but no version":       {heartbeatCase: heartbeatCase{activation: seen(), client: Client{Hostname: "h"}, policy: strict, proven: true}, history: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := c
			if c.now.IsZero() {
				c.now = noon
			}
			if reflect.DeepEqual(c.client, Client{}) {
				c.client = known
			}
			c.license = granting(1, 0, 0)
			d := decideHeartbeat(c.heartbeatCase)
			if !refusedWith(d.refusal, c.refused) || d.release != c.release || d.history != c.history {
				t.Errorf("got %+v (refusal %+v), want refusal %d, release %t, history %t", d, d.refusal, c.refused, c.release, c.history)
			}
		})
	}
}

func TestMergedKeepsWhatAHeartbeatLeavesOut(t *testing.T) {
	t.Parallel()
	old := Client{Name: "n", SoftwareVersion: "1", OperatingSystem: "Linux", Address: "192.0.2.1", PublicKey: ours, Variables: map[string]string{"a": "1", "b": "2"}}
	said := Client{SoftwareVersion: "2", Name: "not a heartbeat's to say", Variables: map[string]string{"b": "3", "c": "4"}}
	want := Client{Name: "n", SoftwareVersion: "2", OperatingSystem: "Linux", Address: "192.0.2.1", PublicKey: ours, Variables: map[string]string{"a": "1", "b": "3", "c": "4"}}
	if got, _ := merged(old, said); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if old.Variables["b"] != "2" {
		t.Error("the old client's variables were written to")
	}
	if differs(want, said) {
		t.Error("said again, it counts as new")
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	guest := func(change ...func(*License)) Holding {
		return Holding{License: granting(1, 0, 0, append(change, func(l *License) { l.ID, l.IsTemporary = 2, true })...), Activation: &Activation{}}
	}
	own := Holding{License: granting(1, 0, 0), Activation: &Activation{}}
	off := func(l *License) { l.IsActive = false }
	for name, c := range map[string]struct {
		held []Holding
		want int64 // the licence; 0 for none
	}{
		"nothing":                    {nil, 0},
		"its own":                    {[]Holding{own}, 1},
		"a guest's":                  {[]Holding{guest()}, 2},
		"a guest's that is off":      {[]Holding{guest(off)}, 2},
		"a guest's goes first":       {[]Holding{guest(), own}, 2},
		"unless it is off":           {[]Holding{guest(off), own}, 1},
		"or has not started":         {[]Holding{guest(func(l *License) { l.StartsAt = noon.Add(1) }), own}, 1},
		"or is over at this instant": {[]Holding{guest(func(l *License) { l.ExpiresMode, l.ExpiresAt = terms.ExpiresAt, noon }), own}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := int64(0)
			if h := choose(c.held, noon); h != nil {
				got = int64(h.License.ID)
			}
			if got != c.want {
				t.Errorf("licence %d answers, want %d", got, c.want)
			}
		})
	}
}

// Whatever a heartbeat can say anew changes its fingerprint, and counts as new.
func TestEveryThingSaidIsSeen(t *testing.T) {
	t.Parallel()
	known := Client{SoftwareVersion: "a", OperatingSystem: "b", Hostname: "c", Platform: "d", Address: "e", Country: "f", Variables: map[string]string{"g": "h"}}
	for name, change := range map[string]func(*Client){
		"version":          func(c *Client) { c.SoftwareVersion = "x" },
		"operating system": func(c *Client) { c.OperatingSystem = "x" },
		"hostname":         func(c *Client) { c.Hostname = "x" },
		"platform":         func(c *Client) { c.Platform = "x" },
		"address":          func(c *Client) { c.Address = "x" },
		"country":          func(c *Client) { c.Country = "x" },
		"variable":         func(c *Client) { c.Variables = map[string]string{"g": "x"} },
		"new variable":     func(c *Client) { c.Variables = map[string]string{"g": "h", "i": ""} },
		"two fields":       func(c *Client) { c.SoftwareVersion, c.OperatingSystem = "ab", "" },
	} {
		said := known
		change(&said)
		if said.Fingerprint() == known.Fingerprint() || !differs(known, said) {
			t.Errorf("a new %s was not seen", name)
		}
	}
	silent := known
	silent.Hostname, silent.Variables = "", nil
	if differs(known, silent) || (Client{}).Fingerprint() == 0 {
		t.Error("what is left out counts as new, or nothing said as never said")
	}
}
