package show

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"chancery/internal/licensing"
	"chancery/internal/web"
	"chancery/internal/web/atlas"
)

// MapOfDevice shows where one device called from; false where its place is unknown, or
// no country of the map.
func MapOfDevice(q *web.Request, c licensing.Client) (web.Map, bool) {
	_, on := atlas.Find(c.Country)
	if c.OnLocalNetwork() || !on {
		return web.Map{}, false
	}
	m := mapOf(q, []licensing.PlaceCount{{Country: c.Country, City: c.City, Count: 1}})
	m.Title, m.Text = q.T("Where it called from"), q.T("Reckoned from its address: the country as a whole, no point in it.")
	place := q.Language().Country(c.Country)
	switch {
	case c.City.Located() && c.City.Radius > 0:
		m.Text = q.T("Reckoned from its address: most likely within %d km around %s.", c.City.Radius, c.City.Name)
	case c.City.Located():
		m.Text = q.T("Reckoned from its address; how far from %s it may be, nobody says.", c.City.Name)
	}
	if c.City.Known() {
		place = cityName(q, c)
	}
	m.Label, m.Numbers, m.Rows = q.T("A map: %s", place), nil, nil
	return m, true
}

// mappedAtOnce is how many of a licence's devices, the newest, are on its map.
const mappedAtOnce = licensing.PlacedAtOnce

// MapOfDevices shows where devices called from last: each country shaded and with its
// number, each city a circle of its radius. href gives the list behind a country, and
// may be nil.
func MapOfDevices(q *web.Request, counts []licensing.PlaceCount, href func(country string) string) web.Map {
	m := mapOf(q, counts)
	m.Title, m.Text = q.T("Where its devices are"), q.T("By the address that each called from last.")
	m.Head = [2]string{q.T("Place"), q.T("Devices")}
	m.Rows = mapRows(q, counts, href)
	m.Label = q.T("A map of the world; its figures are in the table.")
	var all int64
	for _, c := range counts {
		all += c.Count
	}
	if all >= mappedAtOnce {
		m.Note = q.T("Of the newest %d devices.", mappedAtOnce)
	}
	return m
}

// mapRows are the figures: countries, the most devices first, each with its cities; then
// what is on no map.
func mapRows(q *web.Request, counts []licensing.PlaceCount, href func(country string) string) []web.MapRow {
	byCountry, local, unknown := perCountry(counts)
	codes := make([]string, 0, len(byCountry))
	for code := range byCountry {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int {
		return cmp.Or(cmp.Compare(byCountry[b], byCountry[a]), strings.Compare(q.Language().Country(a), q.Language().Country(b)))
	})
	var rows []web.MapRow
	for _, code := range codes {
		row := web.MapRow{Flag: code, Text: q.Language().Country(code), Count: q.Language().Number(byCountry[code]), Sub: citiesOf(q, counts, code)}
		if href != nil {
			row.Href = href(code)
		}
		rows = append(rows, row)
	}
	if local > 0 {
		rows = append(rows, web.MapRow{Text: q.T("Local network"), Count: q.Language().Number(local)})
	}
	if unknown > 0 {
		rows = append(rows, web.MapRow{Text: q.T("Unknown"), Count: q.Language().Number(unknown)})
	}
	return rows
}

// namedCities is how many cities of a country its row names.
const namedCities = 5

// citiesOf names the cities of a country with their figures, the most devices first.
func citiesOf(q *web.Request, counts []licensing.PlaceCount, code string) string {
	byName := map[string]int64{}
	for _, c := range counts {
		if c.Country == code && c.City.Known() {
			byName[c.City.Name] += c.Count
		}
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(byName[b], byName[a]), strings.Compare(a, b)) })
	more := len(names) - namedCities
	for i, name := range names {
		names[i] = name + " " + q.Language().Number(byName[name])
	}
	if more > 0 {
		names = append(names[:namedCities], q.T("%d more", more))
	}
	return strings.Join(names, " · ")
}

func perCountry(counts []licensing.PlaceCount) (byCountry map[string]int64, local, unknown int64) {
	byCountry = map[string]int64{}
	for _, c := range counts {
		switch {
		case c.IsLocal:
			local += c.Count
		case c.Country == "":
			unknown += c.Count
		default:
			byCountry[c.Country] += c.Count
		}
	}
	return byCountry, local, unknown
}

// mapOf draws counts: shades, numbers and circles, and the part of the map that they are in.
func mapOf(q *web.Request, counts []licensing.PlaceCount) web.Map {
	var m web.Map
	byCountry, _, _ := perCountry(counts)
	var most int64
	var boxes []atlas.Box
	for code, n := range byCountry {
		if c, on := atlas.Find(code); on {
			most = max(most, n)
			boxes = append(boxes, c.Box)
		}
	}
	for _, c := range counts {
		if c.City.Located() {
			p := atlas.Project(degrees(c.City.Latitude), degrees(c.City.Longitude))
			boxes = append(boxes, atlas.Box{X: p.X, Y: p.Y})
			m.Cities = append(m.Cities, web.MapCity{X: p.X, Y: p.Y, Radius: atlas.Units(float64(c.City.Radius)), Title: cityTitle(q, c)})
		}
	}
	zoom, part := atlas.Around(boxes...)
	m.Zoom, m.X, m.Y, m.W, m.H = zoom, part.X, part.Y, part.Width, part.Height
	codes := make([]string, 0, len(byCountry))
	for code := range byCountry {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(byCountry[b], byCountry[a]), strings.Compare(a, b)) })
	var all, roomy []atlas.Box
	for _, code := range codes {
		c, on := atlas.Find(code)
		if !on {
			continue
		}
		n := byCountry[code]
		if c.HasOutline {
			m.Countries = append(m.Countries, web.MapCountry{Code: code, Level: level(n, most), Title: q.Language().Country(code) + ": " + q.Language().Number(n)})
		}
		number := web.MapNumber{X: c.Label.X, Y: c.Label.Y, Text: q.Language().Number(n)}
		if !claim(&all, number, wideLetter/zoom) {
			continue // it would stand on another one; the table has it
		}
		number.IsRoomy = claim(&roomy, number, narrowLetter/zoom)
		m.Numbers = append(m.Numbers, number)
	}
	return m
}

func degrees(units int64) float64 { return float64(units) / licensing.CoordinateUnits }

func cityTitle(q *web.Request, c licensing.PlaceCount) string {
	title := cityName(q, licensing.Client{Country: c.Country, City: c.City}) + ": " + q.Language().Number(c.Count)
	if c.City.Radius > 0 {
		title += ", " + q.T("within %d km", c.City.Radius)
	}
	return title
}

// level is the shade of a number, by its magnitude: with the largest a thousand, ten is
// in the middle.
func level(n, most int64) int {
	if most <= 1 {
		return web.MapLevels / 2
	}
	return 1 + int(math.Round((web.MapLevels-1)*math.Log(float64(n))/math.Log(float64(most))))
}

// How high a number is, in units of the whole map, where the map is wide and where it is
// narrow; app.css has the same.
const (
	wideLetter   = 210
	narrowLetter = 440
)

// claim reports whether a number stands on none of those before, and takes its room.
func claim(taken *[]atlas.Box, n web.MapNumber, height int) bool {
	width := height * 6 / 10 * len([]rune(n.Text))
	b := atlas.Box{X: n.X - width/2, Y: n.Y - height/2, Width: width, Height: height}
	for _, o := range *taken {
		if b.X < o.X+o.Width && o.X < b.X+b.Width && b.Y < o.Y+o.Height && o.Y < b.Y+b.Height {
			return false
		}
	}
	*taken = append(*taken, b)
	return true
}
