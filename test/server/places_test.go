package server_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"chancery/internal/geo/geotest"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// placed is what the management API says of where a device is.
type placed struct {
	ID        string
	ClientID  string `json:"client_id"`
	Address   string
	Country   string
	City      string
	Latitude  *float64
	Longitude *float64
	Radius    *int64 `json:"accuracy_radius_km"`
	Place     string
}

// reporter activates and reports from addresses, as a proxy writes them down.
type reporter struct {
	*servertest.Shop

	license, key string
}

func newReporter(t *testing.T, at *servertest.Server) reporter {
	t.Helper()
	s := servertest.OpenShop(t, at)
	id, key := s.Issue(t, s.Edition, nil)
	return reporter{s, id, key}
}

func (r reporter) call(t *testing.T, path, forwarded string, body servertest.Fields) {
	t.Helper()
	a := r.Server.Do(t, http.MethodPost, "/api/v2/isv/"+r.Vendor.VendorID+path, body, "ProvisioningKey", r.Vendor.ProvisioningKey, "X-Forwarded-For", forwarded)
	if a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
}

func (r reporter) activate(t *testing.T, client, forwarded string) {
	t.Helper()
	r.call(t, "/provisioning/activations", forwarded, servertest.Fields{
		"product_id": r.Product, "license_key": r.key, "client_id": client, "software_version": "1.0",
	})
}

func (r reporter) beat(t *testing.T, client, forwarded string) {
	t.Helper()
	r.call(t, "/provisioning/heartbeats", forwarded, servertest.Fields{
		"product_id": r.Product, "client_id": client, "software_version": "1.0", "operating_system": "Debian 12",
	})
}

// where gives what is known of a client.
func (r reporter) where(t *testing.T, client string) placed {
	t.Helper()
	var out struct{ Items []placed }
	r.Server.Do(t, http.MethodGet, "/api/v1/licenses/"+r.license+"/activations", nil, "Authorization", "Bearer "+r.Vendor.AdminKey).JSON(t, &out)
	for _, a := range out.Items {
		if a.ClientID == client {
			return a
		}
	}
	t.Fatalf("no activation of %s", client)
	return placed{}
}

// A public address through a trusted proxy has its country by the embedded database. What
// stands before the proxy's own word was written by the caller, and is not believed.
func TestADeviceIsWhereItsProxySaysThatItIs(t *testing.T) {
	servertest.Each(t, func(t *testing.T, at *servertest.Server) {
		r := newReporter(t, at)
		r.activate(t, "drill", "8.8.8.8")
		if got := r.where(t, "drill"); got.Country != "US" || got.Address != "8.8.8.8" || got.City != "" || got.Latitude != nil || got.Place != "US" {
			t.Errorf("%+v", got)
		}
		r.beat(t, "drill", "8.8.8.8, 10.0.0.7") // forged: the proxy saw 10.0.0.7
		if got := r.where(t, "drill"); got.Country != "" || got.Address != "10.0.0.7" || got.Place != "local network" {
			t.Errorf("by a forged address: %+v", got)
		}
		servertest.Says(t, r.Get(t, "/devices/"+r.where(t, "drill").ID), "main", "Local network")
	}, behindProxy)
}

// Attack: a device says where it is. Where no proxy is trusted, nobody believes it.
func TestWithoutAProxyNobodyIsBelieved(t *testing.T) {
	servertest.Each(t, func(t *testing.T, at *servertest.Server) {
		r := newReporter(t, at)
		r.activate(t, "drill", "8.8.8.8")
		if got := r.where(t, "drill"); got.Country != "" || got.Address != "127.0.0.1" || got.Place != "local network" {
			t.Errorf("by a forged header without a proxy: %+v", got)
		}
	})
}

// Every address of no public network says so on every list, in CSV and in the API.
func TestLocalNetworksSaySo(t *testing.T) {
	servertest.Each(t, func(t *testing.T, at *servertest.Server) {
		r := newReporter(t, at)
		r.activate(t, "drill", "8.8.8.8")
		id := r.where(t, "drill").ID
		for _, address := range []string{"192.168.0.9", "100.64.0.1", "169.254.1.1", "fd00::1", "fe80::1", "::1", "::ffff:100.100.1.1"} {
			r.beat(t, "drill", address)
			if got := r.where(t, "drill"); got.Place != "local network" || got.Country != "" {
				t.Errorf("%s: %+v", address, got)
			}
			for _, path := range []string{
				"/devices", "/devices?format=csv", "/licenses/" + r.license + "/devices", "/devices/" + id, "/devices/" + id + "/heartbeats",
				"/analytics/clients", "/licenses/" + r.license + "/devices?format=csv",
			} {
				if p := r.Get(t, path); p.Status != http.StatusOK || !strings.Contains(p.Body, "Local network") {
					t.Errorf("%s: %s does not say local network (%d)", address, path, p.Status)
				}
			}
		}
	}, behindProxy, func(c *server.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
}

// With a database of cities a device has its city, where that is, and how well it is known.
func TestACityDatabaseGivesTheCity(t *testing.T) {
	file := geotest.Cities(t)
	servertest.Each(t, func(t *testing.T, at *servertest.Server) {
		r := newReporter(t, at)
		r.activate(t, "drill", geotest.London)
		got := r.where(t, "drill")
		if got.Country != "GB" || got.City != "London" || got.Latitude == nil || *got.Latitude != 51.5142 || *got.Longitude != -0.0931 ||
			*got.Radius != 10 || got.Place != "London, GB" {
			t.Errorf("%+v", got)
		}
		p := r.Get(t, "/licenses/"+r.license+"/map")
		servertest.Says(t, p, ".app-map-figures", "United Kingdom", "London 1")
		if p.Find(".app-map-shade-2 use").Length() != 1 || p.Find("svg.app-map circle.app-map-around").Length() != 1 {
			t.Errorf("the licence's map shows no country or no circle: %s", p.Text(".app-map-card"))
		}
		servertest.Says(t, r.Get(t, "/devices/"+got.ID), ".app-map-card", "within 10 km around London")
		r.beat(t, "drill", geotest.Linkoeping)
		if got := r.where(t, "drill"); got.City != "Linköping" || got.Radius != nil || got.Latitude == nil {
			t.Errorf("%+v", got)
		}
		servertest.Says(t, r.Get(t, "/devices/"+got.ID), "main", "Linköping, Sweden")
		servertest.Says(t, r.Get(t, "/devices/"+got.ID+"/heartbeats"), "#rows", "Linköping, Sweden")
		r.beat(t, "drill", geotest.Bhutan)
		if got := r.where(t, "drill"); got.Country != "BT" || got.City != "" || got.Latitude != nil {
			t.Errorf("a country has a point: %+v", got)
		}
		if p := r.Get(t, "/devices/"+got.ID); p.Find("svg.app-map g.app-map-shade-2").Length() != 1 || p.Find("svg.app-map circle").Length() != 0 {
			t.Errorf("a country has a point on the map, or no shade: %s", p.Text(".app-map-card"))
		}
		r.beat(t, "drill", "10.0.0.1")
		if p := r.Get(t, "/devices/"+got.ID); p.Find("svg.app-map").Length() != 0 {
			t.Error("a local network is on the map")
		}
	}, behindProxy, func(c *server.Config) { c.GeoFile = file })
}

// A vendor that stores no location has none from then on, and none of before; another
// vendor's stay.
func TestAVendorMayStoreNoLocation(t *testing.T) {
	t.Parallel()
	file := geotest.Cities(t)
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			at := servertest.Start(t, storage(t), moved, behindProxy, func(c *server.Config) { c.GeoFile = file })
			r := newReporter(t, at)
			r.activate(t, "drill", geotest.London)
			r.beat(t, "drill", geotest.London)
			db, finish := at.Program.Rooms().DB, func() {
				t.Helper()
				if _, err := at.Program.Rooms().Vendors.FinishLocationRemovals(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			count := func(query string) (n int) {
				t.Helper()
				if _, err := db.QueryRow(t.Context(), query, nil, &n); err != nil {
					t.Fatal(err)
				}
				return n
			}
			const stored = `SELECT (SELECT COUNT(*) FROM activations WHERE country <> '' OR city IS NOT NULL OR latitude IS NOT NULL)
				+ (SELECT COUNT(*) FROM heartbeats WHERE country <> '' OR city IS NOT NULL)`
			if n := count(stored); n < 2 {
				t.Fatalf("%d rows hold a place", n)
			}
			form := servertest.Filled(r.Get(t, "/settings/vendor"))
			form.Set("store_no_location", "on")
			servertest.Says(t, r.Fill(t, "/settings/vendor", form), "main", "and no place")
			finish()
			if n := count(stored); n != 0 {
				t.Errorf("%d rows hold a place after the removal", n)
			}
			clock.Advance(2 * time.Second) // the other caches hear of it
			r.beat(t, "drill", geotest.Linkoeping)
			if got := r.where(t, "drill"); got.Country != "" || got.City != "" || got.Address != geotest.Linkoeping || got.Place != "" {
				t.Errorf("stored all the same: %+v", got)
			}
			// A report that was on its way meanwhile.
			if err := db.Run(t.Context(), func(x tx.Tx) error {
				_, err := store.On(x).Exec(`UPDATE activations SET country = 'GB', city = 'London'`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			finish()
			clock.Advance(2 * time.Minute)
			finish()
			if n := count(stored); n != 0 || count(`SELECT COUNT(*) FROM location_removals`) != 0 {
				t.Errorf("%d rows hold a place in the end", n)
			}
			r.Manage(t, http.MethodPatch, "/vendor", servertest.Fields{"store_no_location": false}, "")
			clock.Advance(2 * time.Second)
			r.beat(t, "drill", geotest.London)
			if got := r.where(t, "drill"); got.City != "London" {
				t.Errorf("switched back, and %+v", got)
			}
		})
	}
}
