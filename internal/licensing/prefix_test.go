package licensing

import (
	"testing"
)

func TestParsePrefix(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		from, to, printed, folded string
	}{
		"018F2":       {"018f2000-0000-0000-0000-000000000000", "018f2fff-ffff-ffff-ffff-ffffffffffff", "018F2", "018f2"},
		"018f2e1c-0a": {"018f2e1c-0a00-0000-0000-000000000000", "018f2e1c-0aff-ffff-ffff-ffffffffffff", "018F2-E1C0A", "018f2e1c-0a"},
		"K7M2P-9TqO":  {"", "", "K7M2P-9TQ0", "k7m2p-9tqo"},
		"Müller":      {"", "", "", "muller"},
		"18f":         {"", "", "", "18f"},
		"U-turn":      {"", "", "", "u-turn"},
	} {
		p, ok := ParsePrefix(" " + text + " ")
		if !ok || p.IsUUID != (want.from != "") || p.IsUUID && (p.From.String() != want.from || p.To.String() != want.to) ||
			p.Printed != want.printed || p.Folded != want.folded || p.Legacy[0] != text {
			t.Errorf("%q: %+v, %t", text, p, ok)
		}
	}
	for _, text := range []string{"", "  ", "a\x00b"} {
		if _, ok := ParsePrefix(text); ok {
			t.Errorf("%q was taken", text)
		}
	}
}
