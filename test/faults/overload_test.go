package faults_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

const (
	inFlight = 32            // what the server works on at once in this test
	crowd    = 10 * inFlight // how many call at once

	noise = 50 * time.Millisecond // of a machine that the crowd runs on too
)

// Ten times as many call as the server works for at once. It answers some as
// ever and turns the rest away with a time to come back; it stays alive, small,
// and right, and afterwards all is as before.
func TestOverload(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			overload(t, storage(t))
		})
	}
}

func overload(t *testing.T, storage wiring.Storage) {
	p := newProgram(t, storage)
	server := p.serve("--max-in-flight", strconv.Itoa(inFlight), "--max-waiting", strconv.Itoa(inFlight/4))
	s := newSite(t, p, server.url, "Acme")
	many := s.issue(server.url, s.make(server.url, "editions", object{
		"product_id": s.product, "name": "Many", "provisioning_mode": "named", "token_limit": 3_000,
	})["id"].(string))
	calls := map[string]func(caller, n int) request{
		"activations": func(caller, n int) request {
			return s.provisioning("activations", object{
				"product_id": s.product, "license_key": many.key, "client_id": fmt.Sprintf("crowd-%d-%d", caller, n%7),
			})
		},
		"heartbeats": func(caller, n int) request { // each answer is another one, so each is signed
			return s.provisioning("heartbeats", object{
				"product_id": s.product, "client_id": s.hands[caller%handCount].devices[n%devicesEach].meters(),
				"software_version": fmt.Sprint(n), "operating_system": "Linux",
			})
		},
		"consumption": func(caller, n int) request {
			return s.reporting("consumption_heartbeats", object{
				"client_id": s.hands[0].devices[0].meters(), "consumption_heartbeat": []object{
					{"limitation_id": s.pages, "value": 1, "external_id": fmt.Sprintf("%d-%d", caller, n)},
				},
			})
		},
		"lists": func(int, int) request { return request{method: "GET", path: "/api/v1/licenses?limit=100", staff: true} },
	}
	each, pause := 4, time.Duration(0)
	if soak() > 0 {
		// Time is measured. The crowd runs on the server's own processors, and would
		// take them away from it: each waits, if only a tenth of what it is asked to.
		each, pause = 60, 200*time.Millisecond
	}
	for _, kind := range []string{"activations", "heartbeats", "consumption", "lists"} {
		s.rsa = kind == "heartbeats"
		normal := s.storm(server, inFlight, 2*each, pause, calls[kind])
		heavy := s.storm(server, crowd, each, pause, calls[kind])
		if kind == "consumption" {
			maps.Copy(normal.transactions, heavy.transactions) // the ids of the first calls came again
			s.hands[0].devices[0].consumed += int64(len(normal.transactions))
		}
		t.Logf("%s: %d answered, p99 %v; in the crowd %d answered, p99 %v, %d turned away; %d MB at most", kind,
			len(normal.took), normal.p99(), len(heavy.took), heavy.p99(), heavy.turnedAway, peakMB(server))
		if soak() > 0 && heavy.p99() > 2*normal.p99()+noise {
			t.Errorf("%s: who was let in had to wait", kind)
		}
		if len(heavy.took) == 0 || heavy.turnedAway == 0 {
			t.Errorf("%s: %d answered and %d turned away; some of both were to be", kind, len(heavy.took), heavy.turnedAway)
		}
	}
	s.rsa = false
	if mb := peakMB(server); mb > 300*weight {
		t.Errorf("the server took up to %d MB", mb)
	}
	s.check(server.url)
	if err := server.stop(); err != nil {
		t.Errorf("stop: %v\n%s", err, server.said())
	}
	p.verify()
}

// outcome is what became of many calls.
type outcome struct {
	took         []time.Duration // of those that were answered
	turnedAway   int
	transactions map[string]bool // of what was consumed
}

func (o *outcome) p99() time.Duration {
	if len(o.took) == 0 {
		return 0
	}
	slices.Sort(o.took)
	return o.took[len(o.took)*99/100].Round(time.Millisecond / 10)
}

// storm has callers call n times each, all at once. Whoever is turned away goes
// on with his next call, after a pause.
func (s *site) storm(server *running, callers, n int, pause time.Duration, call func(caller, n int) request) *outcome {
	s.t.Helper()
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	sum := outcome{transactions: map[string]bool{}}
	var calling sync.WaitGroup
	start := make(chan struct{})
	for caller := range callers {
		calling.Go(func() {
			<-start
			for i := range n {
				began := time.Now()
				got := s.doWith(client, server.url, call(caller, i))
				took := time.Since(began)
				mu.Lock()
				switch {
				case got.later():
					sum.turnedAway++
					if got.header.Get("Retry-After") == "" {
						s.t.Errorf("turned away without a time to come back: %d %s", got.status, got.data)
					}
				case got.status == http.StatusOK:
					sum.took = append(sum.took, took)
					if id := transactionOf(got); id != "" {
						sum.transactions[id] = true
					}
				default:
					s.t.Errorf("%d %s %v", got.status, got.data, got.failed)
				}
				mu.Unlock()
				if got.later() {
					<-time.After(pause) // it comes back later, as it was told to
				}
				if i%5 == 0 && caller == 0 {
					if got := s.doWith(client, server.url, request{method: "GET", path: "/healthz"}); got.status != http.StatusOK {
						s.t.Errorf("healthz: %d %s %v", got.status, got.data, got.failed)
					}
				}
			}
		})
	}
	close(start)
	calling.Wait()
	return &sum
}

// peakMB is the most memory that a server ever had, where the system tells.
func peakMB(server *running) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", server.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]), " kB"))
	return kb / 1024
}
