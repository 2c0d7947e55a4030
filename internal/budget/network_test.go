package budget_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"chancery/internal/budget"
)

func TestNetworks(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][]string{
		"203.0.113.5":              {"203.0.113.5/32", "203.0.113.0/24"},
		"::ffff:203.0.113.5":       {"203.0.113.5/32", "203.0.113.0/24"},
		"2001:db8:1:2:3:4:5:6":     {"2001:db8:1:2::/64", "2001:db8:1::/56", "2001:db8:1::/48"},
		"fe80::1%eth0":             {"fe80::/64", "fe80::/56", "fe80::/48"},
		"2001:db8:1:ab00::7":       {"2001:db8:1:ab00::/64", "2001:db8:1:ab00::/56", "2001:db8:1::/48"},
		"2001:db8:ffff:ffff::7777": {"2001:db8:ffff:ffff::/64", "2001:db8:ffff:ff00::/56", "2001:db8:ffff::/48"},
	} {
		got := make([]string, 0, 3)
		for _, n := range budget.Networks(netip.MustParseAddr(address)) {
			got = append(got, n.Prefix.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v", address, got)
		}
	}
	if got := budget.Networks(netip.Addr{}); len(got) != 1 || got[0] != (budget.Network{}) {
		t.Errorf("an address that is not known: %v", got)
	}
}

// The attack: whoever has one network has many addresses, and takes another for
// each try.
func TestManyAddressesOfOneNetwork(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		address func(i int) string
		most    int
	}{
		"one /64":           {func(i int) string { return fmt.Sprintf("2001:db8:1:2::%x", i+1) }, 5},
		"the /64 of a /56":  {func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i) }, 10},
		"the /56 of a /48":  {func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i<<8) }, 20},
		"one address":       {func(int) string { return "192.0.2.1" }, 5},
		"the rest of a /24": {func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setup(t, budget.Config{Burst: 5, Every: time.Minute})
			through := 0
			for i := range 60 {
				if b.Spend(b.From(netip.MustParseAddr(test.address(i)), "key")) == nil {
					through++
				}
			}
			if through != test.most {
				t.Errorf("%d went through, want %d", through, test.most)
			}
			for _, other := range []string{"2001:db8:2::1", "192.0.3.1"} {
				if err := b.Check(b.From(netip.MustParseAddr(other), "key")); err != nil {
					t.Errorf("%s pays for it: %v", other, err)
				}
			}
			clock.Advance(time.Minute)
			if err := b.Spend(b.From(netip.MustParseAddr(test.address(0)), "key")); err != nil {
				t.Errorf("a minute later: %v", err)
			}
		})
	}
}

// What is refused for the wide network takes nothing from the narrow one.
func TestARefusalSpendsNothing(t *testing.T) {
	t.Parallel()
	b, clock := setup(t, budget.Config{Burst: 1, Every: time.Minute})
	for i := range 4 {
		if err := b.Spend(b.From(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))); err != nil {
			t.Fatal(err)
		}
	}
	late := b.From(netip.MustParseAddr("192.0.2.200"))
	for range 10 {
		if b.Spend(late) == nil {
			t.Fatal("the block is used up")
		}
	}
	clock.Advance(15 * time.Second) // a block gets one back four times as fast
	if err := b.Spend(late); err != nil {
		t.Error(err)
	}
}
