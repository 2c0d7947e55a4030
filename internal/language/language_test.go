package language_test

import (
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/language"
)

func both(t *testing.T) (en, de *language.Language) {
	t.Helper()
	all, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	if en, de = all.Of("en"), all.Of("de"); en == nil || de == nil || all[0] != en {
		t.Fatalf("the languages are %q", all.Codes())
	}
	return en, de
}

func TestHowLanguagesWrite(t *testing.T) {
	t.Parallel()
	en, de := both(t)
	now := time.Date(2027, 12, 31, 15, 4, 0, 0, time.UTC)
	day := calendar.DayOf(now, time.UTC)
	for _, c := range []struct {
		what     string
		say      func(l *language.Language) string
		english  string
		deutsche string
	}{
		{"a number", func(l *language.Language) string { return l.Number(1204567) }, "1,204,567", "1.204.567"},
		{"a negative number", func(l *language.Language) string { return l.Number(-1204) }, "-1,204", "-1.204"},
		{"a decimal", func(l *language.Language) string { return l.Decimal("-1204567.25") }, "-1,204,567.25", "-1.204.567,25"},
		{"a small decimal", func(l *language.Language) string { return l.Decimal("0.5") }, "0.5", "0,5"},
		{"a day", func(l *language.Language) string { return l.Day(day) }, "31 Dec 2027", "31. Dez. 2027"},
		{"a long day", func(l *language.Language) string { return l.LongDay(day) }, "31 December 2027", "31. Dezember 2027"},
		{"a day on an axis", func(l *language.Language) string { return l.ShortDay(day) }, "31 Dec", "31. Dez."},
		{"a month", func(l *language.Language) string { return l.Month(day) }, "December 2027", "Dezember 2027"},
		{"a minute", func(l *language.Language) string { return l.Minute(now, time.UTC) }, "31 Dec 2027, 15:04", "31. Dez. 2027, 15:04"},
		{"one day ago", func(l *language.Language) string { return l.Relative(now.Add(-25*time.Hour), now) }, "1 day ago", "vor 1 Tag"},
		{"in two hours", func(l *language.Language) string { return l.Relative(now.Add(2*time.Hour), now) }, "in 2 hours", "in 2 Stunden"},
		{"just now", func(l *language.Language) string { return l.Relative(now, now) }, "just now", "gerade eben"},
		{"long ago", func(l *language.Language) string { return l.Relative(now.AddDate(-1, 0, 0), now) }, "", ""},
		{"three things", func(l *language.Language) string { return l.And("a", "b", "c") }, "a, b and c", "a, b und c"},
		{"one thing", func(l *language.Language) string { return l.And("a") }, "a", "a"},
		{"a country", func(l *language.Language) string { return l.Country("DE") }, "Germany", "Deutschland"},
		{"no country", func(l *language.Language) string { return l.Country("?") }, "?", "?"},
		{"a text that no language has", func(l *language.Language) string { return l.T("Nobody says %s##or does", "this") }, "Nobody says this", "Nobody says this"},
		{
			"what a room says", func(l *language.Language) string { return l.Said("must be between 1 and 1000 characters long") },
			"must be between 1 and 1000 characters long", "muss zwischen 1 und 1000 Zeichen lang sein",
		},
		{
			"what a room says with a number at its end", func(l *language.Language) string { return l.Said("must be between 1 and 365") },
			"must be between 1 and 365", "muss zwischen 1 und 365 liegen",
		},
	} {
		if got := c.say(en); got != c.english {
			t.Errorf("%s in English: %q, want %q", c.what, got, c.english)
		}
		if got := c.say(de); got != c.deutsche {
			t.Errorf("%s in German: %q, want %q", c.what, got, c.deutsche)
		}
		if got := c.say(nil); got != c.english {
			t.Errorf("%s in no language: %q, want English", c.what, got)
		}
	}
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	all, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"":                                  "",
		"de":                                "de",
		"de-AT,de;q=0.9,en;q=0.8":           "de",
		"fr-CH, fr;q=0.9, en;q=0.8, de;q=0": "en",
		"en-US,en;q=0.5":                    "en",
		"en;q=0.3,de;q=0.7":                 "de",
		"*":                                 "",
		"ja":                                "",
		"fr, *;q=0.5":                       "",
		";;;":                               "",
	} {
		got := ""
		if l := all.Accepted(header); l != nil {
			got = l.Code()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
