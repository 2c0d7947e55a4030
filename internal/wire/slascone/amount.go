package slascone

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/terms"
)

// amount is a quantity as programs send it, in millionths: a JSON number in any
// of its forms (some write 1.0E7), or the same as a string. It is never rounded.
type amount int64

// UnmarshalJSON implements json.Unmarshaler.
func (a *amount) UnmarshalJSON(b []byte) error {
	s, err := numberText(b)
	if err != nil {
		return err
	}
	n, ok := parseSigned(s)
	if !ok || n < 0 {
		return &fault.Error{Kind: fault.Invalid, Code: "quantity", Message: "must be a number above 0 and at most 1000000000000 with at most six decimals"}
	}
	*a = amount(n)
	return nil
}

// minutes is a time as programs send it: the protocol's type is a double, so 60
// comes as 60.0 or 6e1 too. A part of a minute counts as a whole one, so that
// nobody gets less than was asked for. Absent and null are 0.
type minutes int

// UnmarshalJSON implements json.Unmarshaler.
func (m *minutes) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	s, err := numberText(b)
	if err != nil {
		return err
	}
	n, ok := parseSigned(s)
	if !ok {
		return &fault.Error{Kind: fault.Invalid, Code: "minutes", Message: "must be a number of minutes"}
	}
	*m = minutes(n / terms.Unit)
	if n%terms.Unit > 0 {
		*m++
	}
	return nil
}

// numberText gives the text of a number, which some programs send as a string.
func numberText(b []byte) (string, error) {
	s := string(b)
	if !strings.HasPrefix(s, `"`) {
		return s, nil
	}
	return s, json.Unmarshal(b, &s)
}

// parseSigned reads a number that may be below zero; -0 is 0.
func parseSigned(s string) (int64, bool) {
	if digits, below := strings.CutPrefix(s, "-"); below {
		n, ok := parseAmount(digits)
		return -n, ok
	}
	return parseAmount(s)
}

// spelled writes a number as we would: 60 for 60.0 and 6e1. One that is no
// quantity stays as it was written.
func spelled(s string) string {
	if n, ok := parseSigned(s); ok {
		return string(terms.AppendQuantity(nil, n))
	}
	return s
}

// maxAmountText bounds what is read as a number.
const maxAmountText = 64

func parseAmount(s string) (int64, bool) {
	if len(s) > maxAmountText {
		return 0, false
	}
	digits, exponent, has := strings.Cut(strings.ReplaceAll(s, "E", "e"), "e")
	shift := 0
	if has {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil || shift < -maxAmountText || shift > maxAmountText {
			return 0, false
		}
	}
	whole, rest, dotted := strings.Cut(digits, ".")
	if whole == "" || dotted && rest == "" || strings.Trim(whole+rest, "0123456789") != "" {
		return 0, false
	}
	all, point := whole+rest, len(whole)+shift
	if point <= 0 {
		all, point = strings.Repeat("0", 1-point)+all, 1
	}
	if point > len(all) {
		all += strings.Repeat("0", point-len(all))
	}
	text := strings.TrimLeft(all[:point-1], "0") + all[point-1:point]
	if rest = strings.TrimRight(all[point:], "0"); rest != "" {
		text += "." + rest
	}
	n, err := terms.ParseQuantity(text)
	return n, err == nil
}

// timestamp is a time that a program sends: ISO 8601, in UTC where it names no
// zone. Absent, null and empty are the zero time. It is kept in milliseconds.
type timestamp struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *timestamp) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	at, ok := parseTimestamp(s)
	if !ok {
		return &fault.Error{Kind: fault.Invalid, Code: "timestamp", Message: "must be an instant such as 2026-03-14T09:26:53Z"}
	}
	t.Time = at
	return nil
}

func parseTimestamp(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	if len(s) > maxAmountText {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		if at, err = time.Parse("2006-01-02T15:04:05", s); err != nil {
			return time.Time{}, false
		}
	}
	if !terms.GoodInstant(at) {
		return time.Time{}, false
	}
	return at.UTC().Truncate(time.Millisecond), true
}
