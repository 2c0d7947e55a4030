package mail

import (
	"strings"
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/language"
	"chancery/internal/mailing"
)

// Of a licence that counts the devices of each month, mails tell when the month ends, and
// don't advise to delete devices.
func TestMailsOfMonths(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	languages, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	v := mailing.Vendor{Slug: "example", Name: "Example Vendor"}
	d := mailing.Data{
		Customer: "Example Ltd", Product: "Example product", License: "Example licence", Used: "10", Contract: "10", Allowed: "10",
		MonthEnds: calendar.Day{Year: 2026, Month: time.September, Day: 30},
	}
	says := map[string]string{"en": "frees no place", "de": "keinen Platz frei"}
	for _, l := range languages {
		for _, k := range []mailing.Kind{mailing.UsedUp, mailing.NearlyUsedUp, mailing.Goodwill} {
			b, err := r.Render(r.Default(k, l.Code()), v, k.Values(l, v, d), mailing.Foot{})
			if err != nil {
				t.Fatal(err)
			}
			flat := strings.Join(strings.Fields(b.Text), " ")
			for _, text := range []string{flat, strings.Join(strings.Fields(b.HTML), " ")} {
				if !strings.Contains(text, l.LongDay(d.MonthEnds)) || !strings.Contains(text, says[l.Code()]) ||
					strings.Contains(text, "Release a device") || strings.Contains(text, "Geben Sie ein Gerät frei") || strings.Contains(text, "ktivierung") {
					t.Errorf("%s in %s: %s", k, l.Code(), text)
				}
			}
			for line := range strings.SplitSeq(b.Text, "\n") {
				if len([]rune(line)) > 78 {
					t.Errorf("%s in %s: the line %q is too long", k, l.Code(), line)
				}
			}
		}
	}
}
