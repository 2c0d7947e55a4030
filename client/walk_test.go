package client_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/signed"
)

// A walk is one machine whose owner does what they like with the clock, the way to
// the server and the processes: the clock goes forward and back by seconds to weeks,
// programs are closed, killed and started, two at a time, answers are withheld and
// put into the folder later, and the vendor releases the client now and then.
//
// The model knows what the server said and what was written, and nothing of how the
// SDK keeps it. It holds the SDK to this: a program is valid only while the clock is
// within freeride and expiry of an answer that came or was put there, not before the
// latest time that was written, and not after a refusal that a process was told. What
// another process did it knows after a minute, or when it starts.
type walk struct {
	*bundle

	t       *testing.T
	random  *rand.Rand
	clock   time.Time // the machine's; the server's goes its own way
	live    [2]process
	steps   int
	valid   int // judgements that were
	idle    int // judgements since
	current held
	taken   []held // withheld answers
	log     []string
}

// process is a program that runs.
type process struct {
	*client.Client

	knows  held
	looked time.Time // when it knew all that was on disk
}

// held is an answer as the model sees it: made at this second of the server, asked for
// at this time of the machine.
type held struct {
	at, asked time.Time
	expires   time.Time
	file      string
	refused   bool          // a process was told the end since
	written   time.Time     // the latest time that was on disk since
	ran       time.Duration // the programs have run, at least, as far as was written
}

const walkFreeride = 7 * day

func TestWalkingClock(t *testing.T) {
	t.Parallel()
	walks, steps := 12, 150
	if text := os.Getenv("CHANCERY_SOAK"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("CHANCERY_SOAK is %q, and must be a number", text)
		}
		walks, steps = 10*n, 600
	}
	for seed := range walks {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := &walk{bundle: setup(t), t: t, random: rand.New(rand.NewPCG(uint64(seed), 20))}
			w.clock = w.server.Now().Add(w.between(-1000*day, 1000*day))
			w.config.Now = func() time.Time { return w.clock }
			w.restart(t)
			w.start(0)
			w.start(1)
			w.activate(0)
			for w.steps = 0; w.steps < steps && !t.Failed(); w.steps++ {
				w.step()
			}
			if t.Failed() {
				t.Log(strings.Join(w.log[max(len(w.log)-40, 0):], "\n"))
			}
			t.Logf("%d steps, %d times valid", w.steps, w.valid)
		})
	}
}

func (w *walk) start(i int) {
	w.live[i] = process{w.other(w.t), w.current, w.clock}
}

func (w *walk) between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.random.Int64N(int64(to-from))).Truncate(time.Second)
}

// stride is a length from seconds to weeks, the short ones as often as the long.
func (w *walk) stride() time.Duration {
	all := []time.Duration{time.Second, time.Minute, 10 * time.Minute, time.Hour, day, 7 * day, 21 * day}
	return w.between(time.Second, all[w.random.IntN(len(all))]+time.Second)
}

func (w *walk) notef(format string, values ...any) {
	w.log = append(w.log, fmt.Sprintf("%4d %s ", w.steps, w.clock.Format(time.DateTime))+fmt.Sprintf(format, values...))
}

func (w *walk) step() {
	i := w.random.IntN(2)
	if w.idle > 4 && w.random.IntN(3) == 0 { // a walk on which nothing is valid shows nothing
		w.activate(i)
	}
	switch n := w.random.IntN(100); {
	case n < 40: // time goes by, for the machine and for the server
		d := w.stride()
		w.clock = w.clock.Add(d)
		w.server.Advance(d)
		w.notef("%s go by", d)
	case n < 50:
		d := w.stride()
		w.clock = w.clock.Add(-d)
		w.notef("set back by %s", d)
	case n < 54:
		d := w.stride()
		w.clock = w.clock.Add(d)
		w.notef("set forward by %s", d)
	case n < 62:
		_ = w.live[i].Close()
		w.read()
		w.notef("closed %d", i)
		w.start(i)
	case n < 72:
		w.notef("killed %d", i)
		w.start(i)
	case n < 80:
		w.beat(i)
	case n < 86:
		w.withhold(i)
	case n < 92:
		w.put()
	case n < 95:
		w.server.Forget()
		w.notef("released by the vendor")
	case n < 97:
		w.activate(i)
	default:
		end := w.server.Now().Add(w.stride())
		w.server.Change(func(l *client.LicenseInfo) { l.ExpirationDate = end })
		w.notef("expires in %s", end.Sub(w.server.Now()))
	}
	w.judge()
}

// judge asks both processes, and compares.
func (w *walk) judge() {
	for i := range w.live {
		p := &w.live[i]
		if w.clock.Sub(p.looked).Abs() >= time.Minute {
			p.knows, p.looked = w.current, w.clock
		}
		s := p.Status()
		w.notef("%d says %s", i, s.State)
		w.idle++
		if !s.Valid() {
			w.read()
			continue
		}
		w.idle = 0
		w.valid++
		wrong := w.wrong(p.knows)
		if wrong != "" && w.wrong(w.current) == "" {
			p.knows, wrong = w.current, "" // it may look sooner than it must
		}
		if wrong != "" {
			w.t.Errorf("step %d: %d is valid %s", w.steps, i, wrong)
		}
		w.read()
	}
}

// wrong tells why a program that knows this must not be valid now.
func (w *walk) wrong(h held) string {
	// By the clock of the machine and the difference it had to the server's.
	age := w.clock.Sub(h.asked)
	switch {
	case h.at.IsZero():
		return "without an answer"
	case h.refused:
		return "after a refusal"
	case age > walkFreeride:
		return fmt.Sprintf("%s after it asked", age)
	case !h.at.Add(age).Before(h.expires):
		return fmt.Sprintf("%s after the licence ended", h.at.Add(age).Sub(h.expires))
	case w.clock.Add(5 * time.Minute).Before(h.written):
		return fmt.Sprintf("%s before what was written", h.written.Sub(w.clock))
	case h.ran > walkFreeride, !h.at.Add(h.ran).Before(h.expires):
		return fmt.Sprintf("after it has run for %s", h.ran)
	}
	return ""
}

// read takes what stands in the mark on disk: what later judgements are held to.
func (w *walk) read() {
	text, err := os.ReadFile(w.file("license.mark"))
	if err != nil {
		return
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(string(text), ".")[1])
	if err != nil {
		w.t.Fatal(err)
	}
	var m struct {
		Seen     int64 `json:"seen"`
		Age      int64 `json:"age"`
		Answered int64 `json:"answered"`
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		w.t.Fatal(err)
	}
	if m.Answered != w.current.at.Unix() {
		return // of before an answer that was put there, and is not written yet
	}
	if seen := time.Unix(m.Seen, 0); seen.After(w.current.written) {
		w.current.written = seen
	}
	w.current.ran = max(w.current.ran, time.Duration(m.Age)*time.Second)
}

func (w *walk) answered(i int, s client.Status) {
	w.current = held{at: w.server.Now(), asked: w.clock, expires: s.License.ExpirationDate, written: w.clock, file: read(w.t, w.file("license.answer"))}
	w.live[i].knows = w.current
}

func (w *walk) activate(i int) {
	end := w.server.Now().Add(w.between(time.Hour, 60*day))
	w.server.Change(func(l *client.LicenseInfo) { l.ExpirationDate = end })
	s, err := w.live[i].Activate(w.t.Context(), clienttest.LicenseKey)
	if err != nil {
		w.t.Fatalf("step %d: %v", w.steps, err)
	}
	w.notef("%d activated", i)
	w.answered(i, s)
}

func (w *walk) beat(i int) {
	s, err := w.live[i].Heartbeat(w.t.Context())
	refused, isRefused := errors.AsType[*client.RefusalError](err)
	switch {
	case err == nil:
		w.notef("%d had an answer", i)
		w.answered(i, s)
	case isRefused:
		w.notef("%d was refused: %d", i, refused.ID)
		w.current.refused, w.live[i].knows.refused = true, true
	case !errors.Is(err, client.ErrNotActivated):
		w.t.Errorf("step %d: %v", w.steps, err)
	}
}

// withhold has the server answer, and keeps that from the program.
func (w *walk) withhold(i int) {
	var mu sync.Mutex // the handler may still run when the call has failed
	var taken held
	asked := w.clock
	w.server.Intercept(func(_ http.ResponseWriter, r *http.Request, answer http.Handler) {
		recorded := httptest.NewRecorder()
		answer.ServeHTTP(recorded, r)
		var said client.LicenseInfo
		if recorded.Code == http.StatusOK && json.Unmarshal(recorded.Body.Bytes(), &said) == nil && said.ClientID != "" {
			mu.Lock()
			defer mu.Unlock()
			taken = held{
				at: w.server.Now(), asked: asked, expires: said.ExpirationDate,
				file: "chancery answer 1\n" + recorded.Header().Get(signed.SignatureHeader) + "\n" + recorded.Body.String(),
			}
		}
		panic(http.ErrAbortHandler)
	})
	_, _ = w.live[i].Heartbeat(w.t.Context())
	w.live[i].knows = w.current // a call looks first
	w.server.Intercept(nil)
	mu.Lock()
	h := taken
	mu.Unlock()
	if w.notef("%d asked, and the answer was withheld", i); h.file != "" {
		w.taken = append(w.taken, h)
	}
}

// put lays a withheld answer, or the one in use, into the folder. One that is believed
// counts from when it was made, on the machine's clock as it was at the last contact,
// and changes nothing of what was seen and refused.
func (w *walk) put() {
	if len(w.taken) == 0 {
		return
	}
	h := w.taken[w.random.IntN(len(w.taken))]
	if w.random.IntN(2) == 0 { // while nobody runs who remembers
		for i := range w.live {
			_ = w.live[i].Close()
			defer w.start(i)
		}
		w.read()
	}
	write(w.t, w.file("license.answer"), h.file)
	w.notef("an answer of %s was put there", h.at.Format(time.DateTime))
	later := h.at.Sub(w.current.at)
	if later < 0 {
		return // refused by what is written; a process that runs writes its own again
	}
	w.current.asked, w.current.at, w.current.file = w.current.asked.Add(later), h.at, h.file
	w.current.ran = max(w.current.ran-later, 0)
	// Until a process has read it, the answer before stays in use.
	if h.expires.After(w.current.expires) {
		w.current.expires = h.expires
	}
}
