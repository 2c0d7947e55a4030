package show

import (
	"strings"

	"chancery/internal/terms"
	"chancery/internal/web"
)

// Amount writes a fixed-point quantity: "1,250", "0.5", "-3.25".
func Amount(millionths int64) string {
	sign := ""
	if millionths < 0 {
		sign, millionths = "-", -millionths
	}
	text := string(terms.AppendQuantity(nil, millionths))
	whole, rest, has := strings.Cut(text, ".")
	text = sign + web.Number(millionths/terms.Unit)
	if has && whole != "" {
		text += "." + rest
	}
	return text
}

// Limit writes a limit; nil is unlimited.
func Limit(millionths *int64) string {
	if millionths == nil {
		return "unlimited"
	}
	return Amount(*millionths)
}
