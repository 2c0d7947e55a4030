package demo

import "chancery/internal/licensing"

// cityOf gives some clients of a country a city, as a server has it that was given a
// database of cities: the same for the same number. The others have the country alone.
func cityOf(country string, n int) licensing.City {
	some := cities()[country]
	if n%3 == 0 || len(some) == 0 {
		return licensing.City{}
	}
	return some[n%len(some)]
}

// cities are some of each country, by the rounded coordinates of their middles.
func cities() map[string][]licensing.City {
	return map[string][]licensing.City{
		"DE": {
			{Name: "Hamburg", Latitude: 535500, Longitude: 100000, Radius: 20},
			{Name: "Munich", Latitude: 481400, Longitude: 115800, Radius: 20},
			{Name: "Essen", Latitude: 514500, Longitude: 70100, Radius: 50},
			{Name: "Leipzig", Latitude: 513400, Longitude: 123700, Radius: 100},
		},
		"GB": {
			{Name: "London", Latitude: 515100, Longitude: -1200, Radius: 10},
			{Name: "Leeds", Latitude: 538000, Longitude: -15500, Radius: 50},
		},
		"FR": {
			{Name: "Paris", Latitude: 488600, Longitude: 23500, Radius: 20},
			{Name: "Lyon", Latitude: 457600, Longitude: 48400, Radius: 100},
		},
		"NL": {
			{Name: "Utrecht", Latitude: 520900, Longitude: 51200, Radius: 50},
		},
		"US": {
			{Name: "Boston", Latitude: 423600, Longitude: -710600, Radius: 20},
			{Name: "Chicago", Latitude: 418800, Longitude: -876300, Radius: 50},
			{Name: "Portland", Latitude: 455200, Longitude: -1226800, Radius: 100},
		},
		"IT": {
			{Name: "Milan", Latitude: 454600, Longitude: 91900, Radius: 50},
		},
		"ES": {
			{Name: "Valencia", Latitude: 394700, Longitude: -3800, Radius: 100},
		},
		"PL": {
			{Name: "Gdansk", Latitude: 543500, Longitude: 186500, Radius: 50},
		},
		"JP": {
			{Name: "Osaka", Latitude: 346900, Longitude: 1355000, Radius: 20},
		},
	}
}
