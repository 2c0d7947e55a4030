package entry

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"chancery/internal/fault"
)

// MaxDeviceNumber bounds the number of a device, in characters.
const MaxDeviceNumber = 100

// spreadsheet is a long number that a spreadsheet has rounded: "3.56938E+14".
var spreadsheet = regexp.MustCompile(`^[0-9]+([.,][0-9]+)?[eE]\+[0-9]+$`)

// SpreadsheetNumber is what is said of a number that a spreadsheet has rounded.
const SpreadsheetNumber = "was changed by a spreadsheet, which has rounded it; format its column as text and export it anew"

// DeviceNumber reads the number of a device, such as an IMEI: shown is how it is shown, as
// it was entered, and key how it is compared, without blanks, dashes and leading zeros.
func DeviceNumber(wrong *fault.Fields, field, text string) (shown, key string) {
	shown = Identifier(wrong, field, text, "", 1, MaxDeviceNumber)
	wrong.Check(!spreadsheet.MatchString(strings.TrimSpace(text)), field, SpreadsheetNumber)
	key = DeviceKey(shown)
	wrong.Check(shown == "" || key != "", field, "must have a letter or a digit")
	return shown, key
}

// DeviceKey returns the form in which the number of a device is compared.
func DeviceKey(text string) string {
	key := bare(norm.NFKC.String(text))
	if digits := strings.TrimLeft(key, "0"); digits != "" {
		return digits
	}
	if key != "" {
		return "0"
	}
	return ""
}
