package listing_test

import (
	"testing"

	"chancery/internal/listing"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Müller  GmbH ":    "muller gmbh",
		"MÜLLER GMBH":      "muller gmbh",
		"Straße":           "strasse",
		"ＡＢＣ":              "abc",
		"Ångström\u00a0AB": "angstrom ab",
		"Ελλάς":            "ελλασ",
		"Acme\u200b\ufeff": "acme",
		"می\u200cخواهم":    "می\u200cخواهم",
		"":                 "",
	} {
		if got := listing.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPrefixEnd(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a": "b", "ab": "ac", "a\U0010FFFF": "b", "\uD7FF": "\uE000", "": "", "\U0010FFFF": ""} {
		got, ok := listing.PrefixEnd(in)
		if got != want || ok != (want != "") {
			t.Errorf("PrefixEnd(%q) = %q, %t", in, got, ok)
		}
		if ok && (got <= in || got <= in+"\U0010FFFF\U0010FFFF") {
			t.Errorf("PrefixEnd(%q) = %q lets texts with the prefix out", in, got)
		}
	}
}

func FuzzPrefixEnd(f *testing.F) {
	f.Add("mül", "ler")
	f.Fuzz(func(t *testing.T, prefix, rest string) {
		prefix, rest = listing.Fold(prefix), listing.Fold(rest)
		if end, ok := listing.PrefixEnd(prefix); ok && prefix+rest >= end {
			t.Errorf("%q begins with %q but is not before %q", prefix+rest, prefix, end)
		}
	})
}
