package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Moment is an instant as a page shows it: in the viewer's zone, with UTC on hover.
type Moment struct {
	Text    string // "2 hours ago", "14 Mar 2027, 09:30"
	Title   string // the other form, and UTC
	Machine string // for <time datetime>
}

// Ago gives an instant relative to now where that helps, within 30 days.
func (p *Page) Ago(t time.Time) Moment {
	m := p.At(t)
	if t.IsZero() {
		return m
	}
	if rel := Relative(t, p.Now); rel != "" {
		m.Title = m.Text + " · " + m.Title
		m.Text = rel
	}
	return m
}

// At gives an instant to the minute.
func (p *Page) At(t time.Time) Moment {
	if t.IsZero() {
		return Moment{Text: "—"}
	}
	return Moment{
		Text: t.In(p.zone()).Format("2 Jan 2006, 15:04"), Title: t.UTC().Format("2006-01-02 15:04:05") + " UTC",
		Machine: t.UTC().Format(time.RFC3339),
	}
}

// Day gives the day of an instant.
func (p *Page) Day(t time.Time) Moment {
	m := p.At(t)
	if !t.IsZero() {
		m.Title = m.Text + " · " + m.Title
		m.Text = t.In(p.zone()).Format("2 Jan 2006")
	}
	return m
}

// ZoneName is the zone that the page's times are in, as people call it.
func (p *Page) ZoneName() string {
	return strings.ReplaceAll(p.zone().String(), "_", " ")
}

func (p *Page) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// Relative is how far t is from now, in words; empty beyond 30 days.
func Relative(t, now time.Time) string {
	d := now.Sub(t)
	past := d >= 0
	if !past {
		d = -d
	}
	var text string
	switch {
	case d < time.Minute && past:
		return "just now"
	case d < time.Minute:
		return "in a moment"
	case d < time.Hour:
		text = plural(int(d/time.Minute), "minute")
	case d < 24*time.Hour:
		text = plural(int(d/time.Hour), "hour")
	case d < 30*24*time.Hour:
		text = plural(int(d/(24*time.Hour)), "day")
	default:
		return ""
	}
	if past {
		return text + " ago"
	}
	return "in " + text
}

func plural(n int, unit string) string { return Count(int64(n), unit, unit+"s") }

// Count gives "1 device", "1,204 devices".
func Count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Number groups the digits of n.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Percent gives part of whole in whole percent, never 100 unless all of it.
func Percent(part, whole int64) string {
	if whole <= 0 {
		return "—"
	}
	p := part * 100 / whole
	return fmt.Sprintf("%d %%", p)
}

func initials(name, email string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '.' || r == '@' })
	if len(words) == 0 {
		words = []string{email}
	}
	var out []rune
	for _, w := range words {
		for _, r := range w {
			out = append(out, unicode.ToUpper(r))
			break
		}
		if len(out) == 2 {
			break
		}
	}
	return string(out)
}

// Country gives the flag of a two-letter country code, as the two regional
// indicator letters; empty for others.
func Country(code string) string {
	if len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' {
		return ""
	}
	const indicatorA = 0x1F1E6
	return string([]rune{rune(code[0]-'A') + indicatorA, rune(code[1]-'A') + indicatorA})
}
