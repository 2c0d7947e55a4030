package atlas_test

import (
	"os"
	"strings"
	"testing"

	"chancery/internal/web/atlas"
)

func TestProject(t *testing.T) {
	t.Parallel()
	middle := atlas.Project(0, 0)
	if middle.X != atlas.Width/2 || atlas.Project(0, -180).X != 0 || atlas.Project(0, 180).X != atlas.Width {
		t.Errorf("the meridian of Greenwich is at %d", middle.X)
	}
	north, south := atlas.Project(60, 10), atlas.Project(-40, 10)
	if north.Y >= middle.Y || south.Y <= middle.Y || south.Y >= atlas.Height {
		t.Errorf("north %v, south %v", north, south)
	}
	// 1,000 km along the equator are as many as anywhere by area; within a tenth.
	if got, want := atlas.Units(1000), atlas.Project(0, 8.9932).X-middle.X; got*10 < want*8 || got*10 > want*12 {
		t.Errorf("1,000 km are %d units, beside %d", got, want)
	}
}

// Every country that has a shape lies in it, and has one in the asset; those too small
// for one have a place.
func TestCountries(t *testing.T) {
	t.Parallel()
	asset, err := os.ReadFile("../assets/world.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"DE", "US", "FR", "RU", "NZ", "FJ", "XK", "BR", "IN", "GL"} {
		c, on := atlas.Find(code)
		if !on || !c.HasOutline || c.Label.X < c.Box.X || c.Label.X > c.Box.X+c.Box.Width || c.Label.Y < c.Box.Y || c.Label.Y > c.Box.Y+c.Box.Height {
			t.Errorf("%s: %+v", code, c)
		}
		if n := strings.Count(string(asset), `id="`+code+`"`); n != 1 {
			t.Errorf("%s has %d shapes", code, n)
		}
		if code != "RU" && c.Box.Width > atlas.Width/4 {
			t.Errorf("%s is %d wide: it was not cut where the map ends", code, c.Box.Width)
		}
	}
	for _, code := range []string{"SG", "MT", "HK", "LI", "BH"} {
		c, on := atlas.Find(code)
		if at := atlas.Project(-60, 0); !on || c.HasOutline || c.Label.X == 0 || c.Label.Y > at.Y {
			t.Errorf("%s: %+v", code, c)
		}
	}
	for _, code := range []string{"AQ", "ZZ", ""} {
		if _, on := atlas.Find(code); on {
			t.Errorf("%q is on the map", code)
		}
	}
}

func TestAround(t *testing.T) {
	t.Parallel()
	box := func(codes ...string) (all []atlas.Box) {
		for _, code := range codes {
			c, _ := atlas.Find(code)
			all = append(all, c.Box)
		}
		return all
	}
	for name, c := range map[string]struct {
		boxes []atlas.Box
		zoom  int
	}{
		"nothing": {nil, 1}, "one country": {box("DE"), 8}, "Europe": {box("DE", "ES", "FI"), 4}, "two continents": {box("DE", "US"), 2}, "all": {box("NZ", "US"), 1},
	} {
		zoom, part := atlas.Around(c.boxes...)
		if zoom != c.zoom || part.X < 0 || part.Y < 0 || part.X+part.Width > atlas.Width || part.Y+part.Height > atlas.Height {
			t.Errorf("%s: %d times, %+v; want %d times", name, zoom, part, c.zoom)
		}
		for _, b := range c.boxes {
			if b.X < part.X || b.X+b.Width > part.X+part.Width || b.Y < part.Y || b.Y+b.Height > part.Y+part.Height {
				t.Errorf("%s: %+v is not within %+v", name, b, part)
			}
		}
	}
}
