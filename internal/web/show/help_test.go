package show_test

import (
	"strings"
	"testing"

	"chancery/internal/language"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// Each language has a help text of its own to begin with, which can be shown.
func TestFirstHelp(t *testing.T) {
	t.Parallel()
	all, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		text := show.FirstHelp(l.Code())
		if l.Code() != "en" && text == show.FirstHelp("en") {
			t.Errorf("%s has no help text to begin with", l.Name())
		}
		if html, err := web.Prose(text); err != nil || strings.Count(string(html), "<h2>") < 4 {
			t.Errorf("%s: %s, %v", l.Name(), html, err)
		}
	}
}

func TestHelpText(t *testing.T) {
	t.Parallel()
	en, de := "Call us.", "Rufen Sie an."
	for name, c := range map[string]struct {
		own            map[string]string
		reader, vendor string
		want           string
	}{
		"none":                      {nil, "de", "en", show.FirstHelp("de")},
		"the reader's":              {map[string]string{"en": en, "de": de}, "de", "en", de},
		"the vendor's":              {map[string]string{"en": en, "de": de}, "fr", "de", de},
		"English, for want of both": {map[string]string{"en": en}, "de", "de", en},
		"the only one":              {map[string]string{"de": de}, "en", "", de},
	} {
		if got := show.HelpText(c.own, c.reader, c.vendor); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
