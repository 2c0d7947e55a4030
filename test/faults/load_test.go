package faults_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
)

// hand is one caller: it calls for devices of its own and as staff, one call
// after another, and believes only what was acknowledged.
type hand struct {
	site    *site
	n       int
	random  *rand.Rand
	next    func() *step // chooses a call
	devices []*device
	made    []*customer
	count   int // of external ids, idempotency keys and names

	adjusted int64 // what it corrected the meter by, as staff

	pending *step // a call without an answer: it is repeated before anything else
	acked   map[string]int
}

func newHand(s *site, n int) *hand {
	return &hand{site: s, n: n, random: rand.New(rand.NewPCG(uint64(n), rand.Uint64())), acked: map[string]int{}}
}

// device is what was acknowledged about one.
type device struct {
	name     string
	token    string // of a named licence; empty without one
	session  string // when it was opened; empty without one
	consumed int64
	newest   *entry // the newest consumption; nil once it was taken back
}

type customer struct{ id, name string }

type entry struct {
	call        request
	transaction string
	value       int64

	mark  *mark // of an account
	round int
}

// A client has one licence of a product, so each device is three clients.
func (d *device) meters() string { return d.name + "-meter" }
func (d *device) floats() string { return d.name + "-float" }

// step is a call, and what its answer means. done is false when the answer is
// one that a correct server does not give.
type step struct {
	request

	kind string
	done func(r reply, again bool) bool
}

// work calls until stop is closed or an answer stays away. Each answer is
// announced on answered, if somebody listens.
func (h *hand) work(url string, stop <-chan struct{}, answered chan<- struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		if h.once(func(c request) reply { return h.site.do(url, c) }).status == 0 {
			return
		}
		select {
		case answered <- struct{}{}:
		default:
		}
	}
}

// once makes the next call, or repeats the one that had no answer.
func (h *hand) once(send func(request) reply) reply {
	again := h.pending != nil
	if !again {
		h.pending = h.next()
	}
	st := h.pending
	got := send(st.request)
	if got.status == 0 || got.later() {
		return got
	}
	h.pending = nil
	if !st.done(got, again) {
		h.site.t.Errorf("%s (repeated: %t) got %d %s", st.kind, again, got.status, got.data)
	}
	if got.status < 300 {
		h.acked[st.kind]++
	}
	return got
}

// settle repeats what had no answer until it has one.
func (h *hand) settle(url string) {
	h.site.t.Helper()
	for range 50 {
		if h.pending == nil {
			return
		}
		h.once(func(c request) reply { return h.site.do(url, c) })
	}
	h.site.t.Fatalf("%s is still not answered", h.pending.kind)
}

// any chooses a call of those that a site knows.
func (h *hand) any() *step {
	d := h.devices[h.random.IntN(len(h.devices))]
	switch n := h.random.IntN(20); {
	case n < 6:
		if d.token != "" && h.random.IntN(2) == 0 {
			return h.unassign(d)
		}
		return h.activate(d)
	case n < 11:
		if d.session != "" && h.random.IntN(2) == 0 {
			return h.closeSession(d)
		}
		return h.openSession(d)
	case n < 14 || d.newest == nil && n < 17:
		return h.consume(d)
	case n < 15:
		return h.consumeAgain(d)
	case n < 16:
		return h.correct()
	case n < 17:
		return h.rollBack(d)
	case n < 19 || len(h.made) == 0:
		return h.create()
	}
	return h.change(h.made[h.random.IntN(len(h.made))])
}

func (h *hand) activate(d *device) *step {
	s := h.site
	return &step{kind: "activate", request: s.provisioning("activations", object{
		"product_id": s.product, "license_key": s.named[h.random.IntN(len(s.named))], "client_id": d.name,
		"software_version": "1", "operating_system": "Linux", // as the heartbeats say, which then write nothing at once
	}), done: func(r reply, _ bool) bool {
		if r.refusal() == 2000 {
			return true
		}
		d.token, _ = r.object()["token_key"].(string)
		return r.status == http.StatusOK && d.token != ""
	}}
}

func (h *hand) unassign(d *device) *step {
	return &step{kind: "unassign", request: h.site.provisioning("unassign", object{"token_key": d.token, "client_id": d.name}), done: func(r reply, again bool) bool {
		d.token = ""
		return r.status == http.StatusOK || again && r.refusal() == 2004
	}}
}

func (h *hand) openSession(d *device) *step {
	kind, was := "open", d.session
	if was != "" {
		kind = "renew"
	}
	return &step{kind: kind, request: h.site.session("open", d), done: func(r reply, _ bool) bool {
		if r.refusal() == 1007 && was == "" {
			return true
		}
		d.session, _ = r.object()["session_created_date"].(string)
		return r.status == http.StatusOK && d.session != "" && (was == "" || d.session == was)
	}}
}

func (h *hand) closeSession(d *device) *step {
	return &step{kind: "close", request: h.site.session("close", d), done: func(r reply, _ bool) bool {
		d.session = ""
		return r.status == http.StatusOK
	}}
}

func (s *site) session(call string, d *device) request {
	return s.provisioning("session/"+call, object{"license_id": s.floating.key, "client_id": d.floats(), "session_id": "one"})
}

func (h *hand) consume(d *device) *step {
	value := 1 + h.random.Int64N(9)
	call := h.site.reporting("consumption_heartbeats", object{"client_id": d.meters(), "consumption_heartbeat": []object{
		{"limitation_id": h.site.pages, "value": value, "external_id": h.name()},
	}})
	return &step{kind: "consume", request: call, done: func(r reply, _ bool) bool {
		transaction := transactionOf(r)
		d.newest = &entry{call: call, transaction: transaction, value: value}
		d.consumed += value
		return transaction != ""
	}}
}

// consumeAgain is a client that does not know that it was answered.
func (h *hand) consumeAgain(d *device) *step {
	was := *d.newest
	return &step{kind: "consume again", request: was.call, done: func(r reply, _ bool) bool {
		return transactionOf(r) == was.transaction
	}}
}

func (h *hand) rollBack(d *device) *step {
	was := *d.newest
	return &step{kind: "roll back", request: h.site.reporting("consumption_heartbeats/rollback", object{
		"limitation_id": h.site.pages, "transaction_id": was.transaction,
	}), done: func(r reply, _ bool) bool {
		d.newest = nil
		if r.refusal() == 20011 {
			return true // staff have taken off what it added
		}
		d.consumed -= was.value
		return r.status == http.StatusOK && r.object()["transaction_id"] != nil
	}}
}

// correct is staff who add to the meter, take off, or begin its count anew.
func (h *hand) correct() *step {
	path, body := "/api/v1/licenses/"+h.site.metered.id, object{"limitation_id": h.site.pages, "reason": "a fault"}
	if h.random.IntN(4) == 0 {
		return &step{kind: "reset", request: request{method: "POST", path: path + "/meters/reset", staff: true, key: h.name(), body: body}, done: func(r reply, _ bool) bool {
			return r.status == http.StatusOK
		}}
	}
	value := 1 + h.random.Int64N(9)
	if h.random.IntN(2) == 0 {
		value = -value
	}
	body["value"] = value
	return &step{kind: "adjust", request: request{method: "POST", path: path + "/consumptions", staff: true, key: h.name(), body: body}, done: func(r reply, _ bool) bool {
		if value < 0 && r.status == http.StatusBadRequest {
			return true // so much is not consumed in this period
		}
		h.adjusted += value
		return r.status == http.StatusCreated
	}}
}

func transactionOf(r reply) string {
	if l := r.list(); len(l) == 1 {
		id, _ := l[0]["transaction_id"].(string)
		return id
	}
	return ""
}

func (h *hand) create() *step {
	name := h.name()
	return &step{kind: "create", request: request{
		method: "POST", path: "/api/v1/customers", staff: true, key: name, body: object{"company_name": name},
	}, done: func(r reply, _ bool) bool {
		id, _ := r.object()["id"].(string)
		h.made = append(h.made, &customer{id, name})
		return r.status == http.StatusCreated && id != ""
	}}
}

func (h *hand) change(c *customer) *step {
	name := h.name()
	return &step{kind: "change", request: request{
		method: "PATCH", path: "/api/v1/customers/" + c.id, staff: true, body: object{"company_name": name},
	}, done: func(r reply, _ bool) bool {
		c.name = name
		return r.status == http.StatusOK && r.object()["company_name"] == name
	}}
}

// name is one that nothing had before.
func (h *hand) name() string {
	h.count++
	return fmt.Sprintf("%d-%d", h.n, h.count)
}

// load lets all hands call; odd ones at the second address when there is one.
// answers gets one for each answer, and is closed when nobody calls any more; end
// ends the calling and waits for that.
func (s *site) load(urls ...string) (answers <-chan struct{}, end func()) {
	stop, answered := make(chan struct{}), make(chan struct{})
	var working sync.WaitGroup
	for _, h := range s.hands {
		url := urls[h.n%len(urls)]
		working.Go(func() { h.work(url, stop, answered) })
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		working.Wait()
		close(answered)
	}()
	return answered, func() {
		close(stop)
		<-done
	}
}

// some lets n calls be answered.
func some(answers <-chan struct{}, n int) {
	for range n {
		<-answers
	}
}
