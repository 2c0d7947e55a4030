package faults_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"

	"chancery/internal/app"
	"chancery/internal/app/apptest"
)

type object = map[string]any

// site is a vendor whose licences are activated and given up all the time.
type site struct {
	t        *testing.T
	vendor   app.NewVendor
	product  string
	licenses []string // license keys

	mu     sync.Mutex
	tokens map[string]string // client → token key of the newest acknowledged activation; "" once it was acknowledged as given up
	doubt  map[string]bool   // clients whose newest call had no answer
	acked  int
}

const (
	tokensEach  = 3 // of 4 licences: 12 places, and 1 of goodwill each
	licensesFor = 4
	clients     = 24
	workers     = 8
)

func newSite(t *testing.T, p program, url string) *site {
	t.Helper()
	s := &site{t: t, tokens: map[string]string{}, doubt: map[string]bool{}}
	if err := json.Unmarshal([]byte(p.run("vendor", "create", "Acme", "--owner", "anna@example.com", "--json")), &s.vendor); err != nil {
		t.Fatal(err)
	}
	manage := func(path string, body object) object {
		status, answer := post(url+"/api/v1/"+path, "Authorization", "Bearer "+s.vendor.AdminKey, body)
		if status != 201 {
			t.Fatalf("%s: %d %v", path, status, answer)
		}
		return answer
	}
	s.product = manage("products", object{"name": "Drill"})["id"].(string)
	edition := manage("editions", object{
		"product_id": s.product, "name": "Pro", "provisioning_mode": "named", "client_type": "devices", "license_type": "perpetual",
		"token_limit": tokensEach, "goodwill_token_limit": 1,
	})["id"]
	customer := manage("customers", object{"company_name": "Kirk", "email": "kirk@example.com"})["id"]
	for range licensesFor {
		s.licenses = append(s.licenses, manage("licenses", object{"edition_id": edition, "customer_id": customer})["license_key"].(string))
	}
	return s
}

func (s *site) call(url, call string, body object) (int, object) {
	return post(url+"/isv/"+s.vendor.VendorID+"/provisioning/"+call, "ProvisioningKey", s.vendor.ProvisioningKey, body)
}

// work calls for its own clients until stop is closed, and remembers what was acknowledged.
func (s *site) work(worker int, url string, stop <-chan struct{}, acked chan<- struct{}) {
	random := rand.New(rand.NewPCG(uint64(worker), rand.Uint64())) //nolint:gosec // load
	for {
		select {
		case <-stop:
			return
		default:
		}
		c := fmt.Sprintf("client-%d", worker+workers*random.IntN(clients/workers))
		s.mu.Lock()
		token := s.tokens[c]
		s.mu.Unlock()
		var status int
		var answer object
		if token != "" && random.IntN(2) == 0 {
			status, answer = s.call(url, "unassign", object{"token_key": token})
			answer = object{"token_key": ""}
		} else {
			status, answer = s.call(url, "activations", object{"product_id": s.product, "license_key": s.licenses[random.IntN(licensesFor)], "client_id": c})
		}
		s.mu.Lock()
		switch status {
		case 0, 503:
			s.doubt[c] = true
		case 200:
			s.tokens[c], s.doubt[c] = answer["token_key"].(string), false
			s.acked++
		}
		s.mu.Unlock()
		if status == 0 {
			return // killed
		}
		select {
		case acked <- struct{}{}:
		default:
		}
	}
}

// check asks the server that came back about everything that was acknowledged.
func (s *site) check(url string) {
	s.t.Helper()
	for c, token := range s.tokens {
		status, answer := s.call(url, "heartbeats", object{"product_id": s.product, "client_id": c, "software_version": "1", "operating_system": "Linux"})
		switch {
		case s.doubt[c]: // either is right; what it says is the truth from now on
			s.tokens[c] = ""
			if status == 200 {
				s.tokens[c] = answer["token_key"].(string)
			}
			s.doubt[c] = false
		case token == "" && (status != 409 || answer["id"] != 2006.0):
			s.t.Errorf("%s had given up, acknowledged; now it gets %d %v", c, status, answer)
		case token != "" && (status != 200 || answer["token_key"] != token):
			s.t.Errorf("%s held token %s, acknowledged; now it gets %d %v", c, token, status, answer)
		}
	}
	for c := range s.doubt { // clients that were never acknowledged at all
		if _, known := s.tokens[c]; !known && s.doubt[c] {
			delete(s.doubt, c)
		}
	}
}

// rounds is how many times the program is killed.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("CHANCERY_SOAK")); err == nil && n > 0 {
		return min(n, 1000)
	}
	return 4
}

// Killed at random moments under load, and started again: nothing acknowledged
// is missing, nothing is counted twice, and verify finds nothing.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	for name, storage := range apptest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t, storage(t))
			server := p.serve()
			s := newSite(t, p, server.url)
			var bystander *running // on PostgreSQL one of two servers is killed
			if name == "postgres" {
				bystander = p.serve()
			}
			for range rounds() {
				stop, acked := make(chan struct{}), make(chan struct{})
				var working sync.WaitGroup
				for w := range workers {
					url := server.url
					if bystander != nil && w%2 == 1 {
						url = bystander.url
					}
					working.Go(func() { s.work(w, url, stop, acked) })
				}
				for range 5 + rand.IntN(60) { //nolint:gosec // a random moment
					<-acked
				}
				server.kill()
				close(stop)
				working.Wait()
				server = p.serve()
				s.check(server.url)
			}
			if s.acked == 0 {
				t.Error("nothing was ever acknowledged")
			}
			t.Logf("%d calls were acknowledged", s.acked)
			if out := p.run("verify"); out == "" {
				t.Error("verify says nothing")
			}
		})
	}
}
