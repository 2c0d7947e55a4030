package imports

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/terms"
)

// CustomerLine is a customer as a file has it.
type CustomerLine struct {
	CompanyName    string
	Number         string
	Email          string
	SuperiorNumber string
	Language       string
}

// LicenseLine is a licence as a file has it. Empty and nil is the edition's, or none.
type LicenseLine struct {
	Line           int // its number
	CustomerNumber string
	Edition        string
	Product        string
	Name           string
	LicenseeEmail  string
	LegacyKey      string
	Tokens         *int64
	Sessions       *int64
	StartsAt       time.Time
	ExpiresMode    terms.ExpiresMode // "" for the edition's
	ExpiresAt      time.Time
	ExpiresDays    int
	IsTemporary    bool
	IsInactive     bool
}

// plain checks what holds for every cell of a line.
func plain(headings []string, r Reading, l Line) []Problem {
	var wrong []Problem
	if len(l.Cells) > len(headings) {
		wrong = append(wrong, Problem{Text: "The line has more cells than the heading has columns."})
	}
	for i, cell := range l.Cells {
		if i >= len(headings) || r.As(i) == "" {
			continue
		}
		switch {
		case utf8.RuneCountInString(cell) > maxCell:
			wrong = append(wrong, Problem{Column: headings[i], Text: "is longer than 4,000 characters"})
		case strings.ContainsFunc(cell, unicode.IsControl):
			wrong = append(wrong, Problem{Column: headings[i], Text: "must be plain text in one line"})
		}
	}
	return wrong
}

// customerLine reads what a line says. What a customer may be is said by the room that
// owns customers.
func customerLine(r Reading, l Line) (CustomerLine, fault.Fields) {
	var wrong fault.Fields
	c := CustomerLine{
		CompanyName: r.cell(l, "company_name"), Number: r.cell(l, customerNumber), Email: r.cell(l, "email"), SuperiorNumber: r.cell(l, "superior_number"),
		Language: r.cell(l, "language"),
	}
	wrong.Check(c.Number == "" || c.Number != c.SuperiorNumber, "superior_number", "is the customer itself")
	return c, wrong
}

// licenseLine reads what a line says, as customerLine does.
func licenseLine(r Reading, l Line, zone *time.Location) (LicenseLine, fault.Fields) {
	var wrong fault.Fields
	c := LicenseLine{
		Line:           l.Number,
		CustomerNumber: r.cell(l, customerNumber), Edition: r.cell(l, "edition"), Product: r.cell(l, "product"), Name: r.cell(l, "license_name"),
		LicenseeEmail: r.cell(l, "licensee_email"), LegacyKey: r.cell(l, "legacy_license_key"),
		Tokens: count(&wrong, "tokens", r.cell(l, "tokens")), Sessions: count(&wrong, "sessions", r.cell(l, "sessions")),
		IsTemporary: yes(&wrong, "temporary", r.cell(l, "temporary"), false), IsInactive: !yes(&wrong, "active", r.cell(l, "active"), true),
	}
	wrong.Check(c.CustomerNumber != "", customerNumber, "must not be empty")
	wrong.Check(c.Edition != "", "edition", "must not be empty")
	if text := r.cell(l, "starts"); text != "" {
		c.StartsAt = given(&wrong, "starts", text).Begins(zone)
	}
	expires(&wrong, &c, r.cell(l, "expires"), zone)
	return c, wrong
}

func count(wrong *fault.Fields, column, text string) *int64 {
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		wrong.Check(false, column, "must be a whole number")
		return nil
	}
	return &n
}

func yes(wrong *fault.Fields, column, text string, otherwise bool) bool {
	switch strings.ToLower(text) {
	case "":
		return otherwise
	case "yes", "y", "true", "1", "on", "x":
		return true
	case "no", "n", "false", "0", "off":
		return false
	}
	wrong.Check(false, column, "must be yes or no")
	return otherwise
}

// given reads a day or an instant.
func given(wrong *fault.Fields, column, text string) calendar.Given {
	g, message := calendar.Parse(text)
	wrong.Check(message == "", column, message)
	return g
}

func expires(wrong *fault.Fields, c *LicenseLine, text string, zone *time.Location) {
	lower := strings.ToLower(text)
	days, isDays := strings.CutSuffix(lower, "days")
	if !isDays {
		days, isDays = strings.CutSuffix(lower, "day")
	}
	switch {
	case text == "":
	case lower == "never":
		c.ExpiresMode = terms.ExpiresNever
	case isDays:
		n, err := strconv.Atoi(strings.TrimSpace(days))
		wrong.Check(err == nil, "expires", "must be a whole number of days")
		c.ExpiresMode, c.ExpiresDays = terms.ExpiresDaysActivated, n
	default:
		c.ExpiresMode, c.ExpiresAt = terms.ExpiresAt, given(wrong, "expires", text).Ends(zone)
	}
}
