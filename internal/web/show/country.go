package show

import (
	"chancery/internal/licensing"
	"chancery/internal/web"

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

// cityName is the city that a client calls from, with the country.
func cityName(q *web.Request, c licensing.Client) string {
	if c.Country == "" {
		return c.City.Name
	}
	return c.City.Name + ", " + q.Language().Country(c.Country)
}
