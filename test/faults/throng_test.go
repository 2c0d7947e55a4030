package faults_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

const (
	throngSize = 500
	throngMay  = 100 // of them, each time
)

// Five hundred at once, while servers are killed: owners delete devices and clients give
// themselves up, of a licence with an allowance of a hundred; and devices call over a
// month's end, of a licence whose new month has a hundred places. Each repeats what had no
// answer. Exactly a hundred have it each time. On PostgreSQL through two servers.
func TestFiveHundredWithKills(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newThrong(t, name == "postgres", storage)
			for range rounds(1) {
				c.deletions()
				c.months()
			}
			for _, s := range c.servers {
				if err := s.stop(); err != nil {
					t.Errorf("stop: %v\n%s", err, s.said())
				}
			}
			c.p.verify()
		})
	}
}

// throng calls a vendor's servers, which are killed meanwhile.
type throng struct {
	*site

	p       program
	token   string // of the licensee
	round   int
	gate    sync.RWMutex // closed while a server is started in the place of a killed one
	servers []*running
}

func newThrong(t *testing.T, two bool, storage func(testing.TB) wiring.Storage) *throng {
	t.Helper()
	where := storage(t)
	at := servertest.Start(t, where, servertest.TestClock)
	c := &throng{site: &site{t: t, client: caller(), vendor: at.Vendor(t, "Acme")}, p: newProgram(t, where)}
	t.Cleanup(c.client.CloseIdleConnections)
	c.token = at.AsOwner(t, c.vendor, "anna@example.com", nil).AccessToken(t, "script", "365")
	c.product = c.make(at.URL, "products", object{"name": "Drill"})["id"].(string)
	c.customer = c.make(at.URL, "customers", object{"company_name": "Kirk", "email": "anna@example.com"})["id"].(string)
	at.Stop(t)
	c.servers = append(c.servers, c.serve())
	if two {
		c.servers = append(c.servers, c.serve())
	}
	return c
}

func (c *throng) serve() *running {
	c.t.Helper()
	return c.p.serve("--test-clock")
}

// at is the server of one of the throng. While one is started it waits.
func (c *throng) at(i int) string {
	c.gate.RLock()
	defer c.gate.RUnlock()
	return c.servers[i%len(c.servers)].url
}

func (c *throng) kill() {
	c.t.Helper()
	c.gate.Lock()
	defer c.gate.Unlock()
	n := rand.IntN(len(c.servers))
	c.servers[n].kill()
	c.servers[n] = c.serve()
}

// everybody has all of the throng call at once, each until it is answered, while servers
// are killed so many times. It gives how many were granted what they called for.
func (c *throng) everybody(kills int, call func(i int) request, granted func(r reply, again bool) (yes, known bool)) int {
	c.t.Helper()
	var calling sync.WaitGroup
	var yes atomic.Int64
	answers := make(chan struct{}, throngSize)
	for i := range throngSize {
		calling.Go(func() {
			defer func() { answers <- struct{}{} }()
			for again := false; ; again = true {
				got := c.do(c.at(i), call(i))
				if got.status == 0 || got.later() {
					continue
				}
				is, known := granted(got, again)
				if !known {
					c.t.Errorf("%d (repeated: %t) got %d %s", i, again, got.status, got.data)
				}
				if is {
					yes.Add(1)
				}
				return
			}
		})
	}
	for range kills {
		some(answers, 1+rand.IntN(throngSize/(2*kills)))
		c.kill()
	}
	calling.Wait()
	return int(yes.Load())
}

// seat is an activation of one of the throng.
type seat struct{ id, token, client string }

// sell issues a licence for all of the throng, and activates their devices.
func (c *throng) sell(what string, edition object) (l license, seats []seat) {
	c.t.Helper()
	c.round++
	edition["product_id"], edition["name"] = c.product, fmt.Sprint(what, c.round)
	edition["provisioning_mode"], edition["token_limit"] = "named", throngSize
	l = c.issue(c.servers[0].url, c.make(c.servers[0].url, "editions", edition)["id"].(string))
	if n := c.everybody(0, func(i int) request { return c.activation(l, fmt.Sprintf("%s-%d-%d", what, c.round, i)) },
		func(r reply, _ bool) (bool, bool) { return r.status == http.StatusOK, r.status == http.StatusOK }); n != throngSize {
		c.t.Fatalf("%d of %d were activated", n, throngSize)
	}
	for _, a := range c.staff(c.servers[0].url, "licenses/"+l.id+"/activations?limit=500").items() {
		seats = append(seats, seat{a["id"].(string), a["token_key"].(string), a["client_id"].(string)})
	}
	if len(seats) != throngSize {
		c.t.Fatalf("%d of %d activations are listed", len(seats), throngSize)
	}
	return l, seats
}

func (c *throng) activation(l license, client string) request {
	return c.provisioning("activations", object{"product_id": c.product, "license_key": l.key, "client_id": client})
}

// deletions: the owner deletes devices by an access token, others give themselves up.
func (c *throng) deletions() {
	c.t.Helper()
	l, seats := c.sell("deleted", object{"deactivation_allowance": throngMay, "api_deactivation_allowed": true, "client_may_unassign": true})
	call := func(i int) request {
		if i%2 == 0 {
			return request{method: "DELETE", path: "/api/v1/activations/" + seats[i].id, token: c.token, key: seats[i].id}
		}
		return c.provisioning("unassign", object{"token_key": seats[i].token, "client_id": seats[i].client})
	}
	n := c.everybody(3, call, func(r reply, again bool) (yes, known bool) {
		switch {
		case r.status == http.StatusNoContent || r.status == http.StatusOK || again && r.refusal() == 2004:
			return true, true
		case r.refusal() == 20003:
			return false, true
		}
		return false, r.status == http.StatusConflict && r.object()["code"] == "deactivations_used_up"
	})
	now := c.staff(c.at(0), "licenses/"+l.id).object()
	left := len(c.staff(c.at(0), "licenses/"+l.id+"/activations?limit=500").items())
	if n != throngMay || now["deactivations_used"] != float64(throngMay) || now["activations_used"] != float64(throngSize-throngMay) || left != throngSize-throngMay {
		c.t.Errorf("%d devices were released; the licence counts %v deactivations and %v devices, and lists %d; want %d and %d",
			n, now["deactivations_used"], now["activations_used"], left, throngMay, throngSize-throngMay)
	}
}

// months: all have a place in a month. It ends while they call; the next one has fewer.
func (c *throng) months() {
	c.t.Helper()
	l, seats := c.sell("used", object{"activation_counting": "monthly"})
	path := "/api/v1/licenses/" + l.id
	if got := c.do(c.at(0), request{method: "PATCH", path: path, staff: true, body: object{"token_limit": throngMay}}); got.status != http.StatusOK {
		c.t.Fatalf("%d %s", got.status, got.data)
	}
	ends := c.instant("licenses/"+l.id, "month_ends_at")
	c.advance(ends.Add(-500 * time.Millisecond).Sub(c.instant("test-clock", "now")))
	call := func(i int) request {
		if i%5 == 0 {
			return c.activation(l, seats[i].client)
		}
		return c.provisioning("heartbeats", object{
			"product_id": c.product, "client_id": seats[i].client, "software_version": fmt.Sprint(i), "operating_system": "Linux",
		})
	}
	granted := func(r reply, _ bool) (yes, known bool) {
		return r.status == http.StatusOK, r.status == http.StatusOK || r.refusal() == 2000
	}
	for over := false; !over; {
		over = !c.instant("test-clock", "now").Before(ends)
		c.everybody(1, call, granted)
	}
	c.advance(time.Minute) // so that every server sees the new month
	n := c.everybody(2, call, granted)
	now := c.staff(c.at(0), "licenses/"+l.id).object()
	if n != throngMay || now["month_used"] != float64(throngMay) || now["month_allowed"] != float64(throngMay) || c.instant("licenses/"+l.id, "month_begins_at") != ends {
		c.t.Errorf("%d devices have a place in the month; the licence says %v of %v since %v", n, now["month_used"], now["month_allowed"], now["month_begins_at"])
	}
}

// instant reads an instant of an answer.
func (c *throng) instant(path, field string) time.Time {
	c.t.Helper()
	text, _ := c.staff(c.at(0), path).object()[field].(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		c.t.Fatalf("%s of %s: %v", field, path, err)
	}
	return at.UTC()
}

func (c *throng) advance(by time.Duration) {
	c.t.Helper()
	move := request{method: "POST", path: "/api/v1/test-clock", staff: true, body: object{"advance": by.String()}}
	got := c.do(c.at(0), move)
	if got.status != http.StatusOK || got.object()["remaining"] != "" {
		c.t.Fatalf("the clock was not moved by %v: %d %s %v", by, got.status, got.data, got.failed)
	}
	for i := range c.servers {
		for end := time.Now().Add(30 * time.Second); c.staff(c.at(i), "test-clock").object()["ahead_seconds"] != got.object()["ahead_seconds"]; {
			if time.Now().After(end) {
				c.t.Fatal("the servers do not agree about the clock")
			}
		}
	}
}
