package show

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// CountryName is the English name of a two-letter country code, or the code.
func CountryName(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := display.English.Regions().Name(region); name != "" {
		return name
	}
	return code
}
