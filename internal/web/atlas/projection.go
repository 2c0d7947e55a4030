package atlas

import "math"

// The map is drawn by the Equal Earth projection (Šavrič, Patterson and Jenny, 2018):
// areas are true, so that shading deceives nobody, and a circle on the ground is of the
// right size everywhere.
const (
	a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796

	// Width of the whole map, in its units.
	Width = 10_000

	earthRadius = 6371.0 // km
	halfWidth   = 2.7066299836
	perRadius   = Width / (2 * halfWidth) // units of one radius of the earth
	northmost   = 84.0                    // degrees; what lies beyond is ice
	southmost   = -57.0
)

// Height of the whole map, in its units.
//
//nolint:gochecknoglobals // what Go can't reckon as a constant
var Height = Project(southmost, 0).Y

// Point is a place on the map: units from its left, and from its top.
type Point struct{ X, Y int }

// Project gives where a place is, of degrees north and east.
func Project(latitude, longitude float64) Point {
	x, y := equalEarth(latitude, longitude)
	_, top := equalEarth(northmost, 0)
	return Point{int(math.Round((x + halfWidth) * perRadius)), int(math.Round((top - y) * perRadius))}
}

// Units gives so many kilometres in the map's units.
func Units(km float64) int { return int(math.Round(km / earthRadius * perRadius)) }

// equalEarth gives x to the east and y to the north, in radii of the earth.
func equalEarth(latitude, longitude float64) (x, y float64) {
	t := math.Asin(math.Sqrt(3) / 2 * math.Sin(latitude*math.Pi/180))
	t2 := t * t
	t6 := t2 * t2 * t2
	x = 2 * math.Sqrt(3) * longitude * math.Pi / 180 * math.Cos(t) / (3 * (9*a4*t2*t6 + 7*a3*t6 + 3*a2*t2 + a1))
	return x, t * (a1 + a2*t2 + t6*(a3+a4*t2))
}
