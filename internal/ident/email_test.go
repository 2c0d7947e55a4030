package ident_test

import (
	"strings"
	"testing"

	"chancery/internal/ident"
)

func TestEmail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"anna@example.com": "anna@example.com", " Anna@Example.COM\n": "anna@example.com", "o'neil+x@example.com": "o'neil+x@example.com",
		"": "", "anna": "", "anna@": "", "Anna <anna@example.com>": "", "anna@example.com, bob@example.com": "", "a\r\nb@example.com": "",
		`"an na"@example.com`: "", strings.Repeat("a", 250) + "@b.de": "",
	} {
		if got, ok := ident.Email(text); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %t", text, got, ok)
		}
	}
}
