package vendors

import (
	"strings"
	"testing"

	"chancery/internal/ident"
)

func TestSlugOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Acme GmbH":                            "acme-gmbh",
		"  Société Générale & Fils, S.A. ":     "societe-generale-fils-s-a",
		"Straße":                               "strasse",
		"\u682a\u5f0f":                         "vendor", // no letter that an address can have
		"Sign In":                              "vendor-sign-in",
		"4D":                                   "4d",
		"0190163d-8694-739b-aea5-966c26f8ad91": "vendor-0190163d-8694-739b-aea5-966c26f8ad91",
		strings.Repeat("a-", 50):               strings.Repeat("a-", 26) + "a",
	} {
		got := slugOf(name)
		if got != want || !goodSlug(Vendor{Slug: got}) {
			t.Errorf("%q gives %q, want %q; good %t", name, got, want, goodSlug(Vendor{Slug: got}))
		}
	}
}

func TestGoodSlug(t *testing.T) {
	t.Parallel()
	own := ident.UUID{1, 2, 3}
	for slug, want := range map[string]bool{
		"acme": true, "a": true, "a-1": true, strings.Repeat("a", 63): true, own.String(): true,
		"": false, "-a": false, "a-": false, "a--b": false, "Acme": false, "a b": false, "a/b": false, "..": false, "assets": false,
		"sign-in": false, strings.Repeat("a", 64): false, ident.UUID{9}.String(): false, "ä": false, "a\n": false,
	} {
		if got := goodSlug(Vendor{UUID: own, Slug: slug}); got != want {
			t.Errorf("%q: %t", slug, got)
		}
	}
}
