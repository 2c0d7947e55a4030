package faults_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

const (
	yearsKept  = 250 // days of the ledger; what is older is folded
	yearsMoved = 120 // days of the clock at once, at most
)

// Two years of meters on the test clock, in zones where the clocks change at one, at
// midnight and by half an hour: clients report and repeat, take back, staff correct, take
// back and begin counts anew, old rows of the ledger are folded, and servers are killed
// under all of it and while they move the clock. Consumed and gross are what was
// acknowledged, reckoned anew from the whole history; the ledger holds it entry by entry;
// and the clock stands where all its moves add up to. On PostgreSQL two servers run. The
// long form goes in shorter steps.
func TestYearsWithKills(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYears(t, newProgram(t, storage(t)), name == "postgres")
			for days := 0; days < 2*365; {
				y.live()
				days += y.pass()
				for _, a := range y.accounts {
					a.check(y.servers[0].url)
				}
				if t.Failed() {
					t.Fatalf("on day %d", days)
				}
			}
			y.end()
		})
	}
}

// years are some vendors on one or two servers.
type years struct {
	t        *testing.T
	p        program
	servers  []*running
	accounts []*account
	hands    *site // all of the accounts' hands
	ahead    time.Duration
	round    int
	kills    int
	cut      int // moves of the clock that were cut off
}

func newYears(t *testing.T, p program, two bool) *years {
	t.Helper()
	y := &years{t: t, p: p, hands: &site{t: t}}
	y.servers = append(y.servers, y.serve())
	if two {
		y.servers = append(y.servers, y.serve())
	}
	for i, zone := range []string{"Europe/Berlin", "America/Havana", "Australia/Lord_Howe"} {
		a := newAccount(t, y, fmt.Sprintf("Acme %d", i), zone)
		y.accounts = append(y.accounts, a)
		y.hands.hands = append(y.hands.hands, a.hands...)
	}
	return y
}

func (y *years) serve() *running {
	y.t.Helper()
	return y.p.serve("--test-clock", "--keep-ledger", fmt.Sprint(yearsKept))
}

// urls are where hands call.
func (y *years) urls() []string {
	all := make([]string, 0, len(y.servers))
	for _, s := range y.servers {
		all = append(all, s.url)
	}
	return all
}

// settle repeats what had no answer.
func (y *years) settle() {
	y.t.Helper()
	for _, h := range y.hands.hands {
		h.settle(y.servers[0].url)
	}
}

// live lets everybody call, with a kill in the middle.
func (y *years) live() {
	y.t.Helper()
	answers, end := y.hands.load(y.urls()...)
	some(answers, 10+rand.IntN(60))
	n := rand.IntN(len(y.servers))
	y.servers[n].kill()
	end()
	y.servers[n] = y.serve()
	y.kills++
	y.settle()
}

// pass moves the clock while clients call, and gives by how many days. Now and then the
// server that moves it is killed on the way, and the move sent again. Staff wait
// meanwhile: an Idempotency-Key is good for a day of the clock.
func (y *years) pass() (days int) {
	y.t.Helper()
	by := y.stretch()
	for _, a := range y.accounts {
		a.clientsOnly.Store(true)
	}
	answers, end := y.hands.load(y.urls()...)
	var moving sync.WaitGroup
	n := rand.IntN(len(y.servers))
	move := request{method: "POST", path: "/api/v1/test-clock", staff: true, key: fmt.Sprint("move ", y.round), body: object{"advance": by.String()}}
	var got reply
	url := y.servers[n].url
	moving.Go(func() { got = y.accounts[0].do(url, move) })
	some(answers, 1+rand.IntN(20))
	killed := y.round%6 == 1 // others wait for the one that has died
	if killed {
		y.servers[n].kill()
		y.kills++
	} else {
		some(answers, 20)
	}
	end()
	moving.Wait()
	if killed {
		y.servers[n] = y.serve()
	}
	if got.status == 0 {
		y.cut++
	}
	for tries := 0; got.status != http.StatusOK || got.object()["remaining"] != ""; tries++ {
		if got.status == http.StatusOK || tries == 20 {
			y.t.Fatalf("the clock was not moved: %d %s %v\n%s", got.status, got.data, got.failed, y.servers[n].said())
		}
		got = y.accounts[0].do(y.servers[rand.IntN(len(y.servers))].url, move)
	}
	y.round++
	y.ahead += by
	y.settle()
	for _, a := range y.accounts {
		a.clientsOnly.Store(false)
	}
	y.same()
	return int(by / (24 * time.Hour))
}

// stretch is how far the clock is moved: somewhere, or to just before a month of one of
// the vendors begins, so that it begins while everybody calls.
func (y *years) stretch() time.Duration {
	y.t.Helper()
	most := yearsMoved * 24 * time.Hour
	if soak() > 0 {
		most /= 8
	}
	far := time.Duration(rand.Int64N(int64(most))) + time.Minute
	if y.round%2 == 0 {
		return far.Truncate(time.Millisecond)
	}
	now, zone := y.now(y.servers[0].url), y.accounts[rand.IntN(len(y.accounts))].zone
	at := now.Add(far).In(zone)
	begins := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, zone)
	if begins.Before(now.Add(time.Minute)) {
		begins = begins.AddDate(0, 1, 0)
	}
	return begins.Add(-time.Duration(rand.Int64N(int64(time.Second)))).Sub(now).Truncate(time.Millisecond)
}

func (y *years) now(url string) time.Time {
	y.t.Helper()
	text, _ := y.accounts[0].staff(url, "test-clock").object()["now"].(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		y.t.Fatal(err)
	}
	return at
}

// same waits until all servers go by the same clock, and it stands where it must.
func (y *years) same() {
	y.t.Helper()
	for _, s := range y.servers {
		for end := time.Now().Add(30 * time.Second); ; {
			got := y.accounts[0].staff(s.url, "test-clock").object()["ahead_seconds"]
			if got == float64(y.ahead/time.Second) {
				break
			}
			if time.Now().After(end) {
				y.t.Fatalf("the clock is %v s ahead, want %v", got, y.ahead)
			}
		}
	}
}

func (y *years) end() {
	y.t.Helper()
	sum := map[string]int{}
	for kind, n := range y.hands.acked() {
		sum[kind] += n
	}
	for _, kind := range []string{"consume", "consume again", "exhausted", "roll back", "adjust", "reset", "undo"} {
		if sum[kind] == 0 {
			y.t.Errorf("nothing was tested of %s: %v", kind, sum)
		}
	}
	for _, s := range y.servers {
		if err := s.stop(); err != nil {
			y.t.Errorf("stop: %v\n%s", err, s.said())
		}
	}
	y.p.verify()
	y.t.Logf("%v of the clock in %d moves, %d of them cut off, %d kills; acknowledged: %v", y.ahead, y.round, y.cut, y.kills, sum)
}
