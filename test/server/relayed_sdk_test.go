package server_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"chancery/client"
	"chancery/internal/ident"
	"chancery/internal/server/servertest"
	"chancery/signed"
)

// A relay swaps, delays, repeats and drops calls of the SDK and their answers, at
// random, and calls in between. Whatever it does: what the SDK says was done is
// done, what it holds is what the server has said to it, and a call that was
// delivered is never taken again.
//
// CHANCERY_SOAK=n makes n times as many steps, CHANCERY_SEED another walk.
func TestTheSDKBehindARelay(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		steps := 400
		if n, err := strconv.Atoi(os.Getenv("CHANCERY_SOAK")); err == nil && n > 0 {
			steps *= n
		}
		seed, err := strconv.ParseUint(os.Getenv("CHANCERY_SEED"), 10, 64)
		if err != nil {
			seed = 1
		}
		w := newWalk(t, s, seed)
		for n := range steps {
			if w.step(n); t.Failed() {
				t.Fatalf("at step %d of the seed %d", n, seed)
			}
		}
		for name, n := range w.relay.tricks {
			t.Logf("%5d times: %s", n, name)
		}
		t.Logf("%d steps, %d calls delivered, %d SDK calls that succeeded", steps, len(w.relay.sent), w.succeeded)
		if w.succeeded < steps/10 {
			t.Errorf("only %d of %d steps succeeded: the walk shows little", w.succeeded, steps)
		}
	})
}

type walk struct {
	t         *testing.T
	v         vendor
	relay     *relay
	random    *rand.Rand
	licenses  []license
	ids       map[string]int64 // license key to the row's id
	machines  []*machine
	succeeded int

	sure, maybe int64 // consumed, in millionths: what was said to be counted, and what may be
}

// machine is one installation.
type machine struct {
	config  client.Config
	client  *client.Client
	session *client.Session
	key     string // the key that it holds by the model; "" for none
	refused bool   // the vendor took it away, and the client was told
}

func (m *machine) id() string { return m.config.ClientID }

func newWalk(t *testing.T, s *servertest.Server, seed uint64) *walk {
	t.Helper()
	v := open(t, s, "Acme", terms{
		"provisioning_mode": "floating", "floating_token_limit": 1000, "session_period_minutes": 600,
		"limitations": []terms{{"name": "Pages", "limit": 1_000_000_000, "reset": "never"}},
	})
	random := rand.New(rand.NewPCG(seed, 7))
	w := &walk{t: t, v: v, random: random, ids: map[string]int64{}}
	for range 3 {
		l := v.issue(t, nil)
		w.licenses = append(w.licenses, l)
	}
	w.relay = &relay{
		t: t, v: v, own: w.licenses[2], random: random, highest: map[string]int64{}, tricks: map[string]int{},
	}
	w.licenses = w.licenses[:2]
	public, err := signed.ParseKey(v.Ed25519PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		dir := t.TempDir()
		key := func() string {
			text, _ := os.ReadFile(filepath.Join(dir, v.product, "client.key"))
			return string(text)
		}
		m := &machine{config: client.Config{
			BaseURL: s.URL, VendorID: v.VendorID, ProductID: v.product, ProvisioningKey: v.ProvisioningKey,
			PublicKeys: []ed25519.PublicKey{public}, StateDir: dir, SoftwareVersion: "1.0", Hostname: "test",
			ClientID:   fmt.Sprintf("machine-%d", n),
			HTTPClient: &http.Client{Transport: w.relay.from(key)},
			Wait:       func(context.Context, time.Duration) error { return nil },
			Pause:      func(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() },
		}}
		w.machines = append(w.machines, m)
		w.restart(m)
	}
	t.Cleanup(func() {
		w.relay.honest = true
		for _, m := range w.machines {
			_ = m.client.Close()
		}
	})
	return w
}

func (w *walk) restart(m *machine) {
	w.t.Helper()
	if m.client != nil {
		m.session = nil // a crash: nothing is given back
		w.relay.honest = true
		_ = m.client.Close()
		w.relay.honest = false
	}
	c, err := client.New(m.config)
	if err != nil {
		w.t.Fatal(err)
	}
	m.client = c
}

// holds is the license key that the server has the machine under; "" for none.
func (w *walk) holds(m *machine) string {
	w.t.Helper()
	for _, l := range w.licenses {
		n := number(w.t, w.v, `SELECT COUNT(*) FROM activations a JOIN licenses l ON l.id = a.license_id
			WHERE a.client_id = $1 AND a.released_at IS NULL AND l.uuid = $2`, m.id(), uuidOf(w.t, l.ID))
		if n > 0 {
			return l.Key
		}
	}
	return ""
}

func (w *walk) sessions(m *machine) int64 {
	w.t.Helper()
	return number(w.t, w.v, `SELECT COUNT(*) FROM sessions WHERE client_id = $1 AND ended_at IS NULL`, m.id())
}

func (w *walk) step(n int) {
	w.t.Helper()
	m := w.machines[w.random.IntN(len(w.machines))]
	var what string
	var err error
	switch w.random.IntN(10) {
	case 0, 1:
		what, err = "activate", w.activate(m)
	case 2, 3:
		what, err = "heartbeat", w.heartbeat(m)
	case 4:
		what, err = "deactivate", w.deactivate(m)
	case 5, 6:
		what, err = "session", w.openOrClose(m)
	case 7:
		what, err = "consume", w.consume(m)
	case 8:
		what = "restart"
		w.restart(m)
	case 9:
		what = "release"
		if w.random.IntN(4) == 0 {
			w.release(m)
		}
	}
	if err == nil && what != "restart" && what != "release" {
		w.succeeded++
	}
	w.judge(m, fmt.Sprintf("step %d, %s (%v)", n, what, err))
	for range w.random.IntN(3) {
		if len(w.relay.sent) > 0 {
			_ = w.relay.again(w.relay.sent[w.random.IntN(len(w.relay.sent))]).Body.Close()
		}
	}
	if w.random.IntN(6) == 0 {
		w.relay.later()
	}
}

// judge compares what the SDK holds with the model.
func (w *walk) judge(m *machine, after string) {
	w.t.Helper()
	s := m.client.Status()
	switch {
	case m.key == "" && s.State != client.StateNotActivated,
		m.key != "" && m.refused && s.State != client.StateRefused,
		m.key != "" && !m.refused && s.State != client.StateValid:
		w.t.Errorf("after %s %s is %s (%v), and holds %q, refused %v", after, m.id(), s.State, s.Err, m.key, m.refused)
	case m.key != "" && s.License.LicenseKey != m.key:
		w.t.Errorf("after %s %s holds %s, not %s", after, m.id(), s.License.LicenseKey, m.key)
	}
	gross := number(w.t, w.v, `SELECT SUM(amount) FROM consumptions`)
	if gross < w.sure || gross > w.sure+w.maybe {
		w.t.Errorf("after %s %d are counted; %d were said to be, and %d may be", after, gross, w.sure, w.maybe)
	}
}

func (w *walk) activate(m *machine) error {
	l := w.licenses[w.random.IntN(len(w.licenses))]
	_, err := m.client.Activate(w.t.Context(), l.Key)
	switch {
	case err == nil:
		m.key, m.refused = l.Key, false
		if got := w.holds(m); got != l.Key {
			w.t.Errorf("%s was told that it has %s, and has %q", m.id(), l.Key, got)
		}
	case m.client.Status().State == client.StateNotActivated && m.key != "":
		// Its deactivation was heard long ago, and it is told so now.
		if w.gaveUp(m) {
			m.key, m.refused = "", false
		}
	}
	return err
}

// gaveUp reports whether the server has heard the machine's deactivation.
func (w *walk) gaveUp(m *machine) bool {
	w.t.Helper()
	return number(w.t, w.v, `SELECT COUNT(*) FROM activations WHERE client_id = $1 AND release_reason = 'client'`, m.id()) > 0
}

func (w *walk) heartbeat(m *machine) error {
	before := w.holds(m)
	_, err := m.client.Heartbeat(w.t.Context())
	refused := new(client.RefusalError)
	switch {
	case err == nil:
		m.key, m.refused = before, false
		if before == "" {
			w.t.Errorf("%s was told that it has a licence, and has none", m.id())
		}
	case errors.As(err, &refused) && m.key != "" && m.client.Status().State == client.StateRefused:
		if m.refused = true; before != "" {
			w.t.Errorf("%s was told %v, and has %s", m.id(), err, before)
		}
	}
	return err
}

func (w *walk) deactivate(m *machine) error {
	err := m.client.Deactivate(w.t.Context())
	if err == nil {
		m.key, m.refused, m.session = "", false, nil
		if got := w.holds(m); got != "" {
			w.t.Errorf("%s was told that it has given up, and has %s", m.id(), got)
		}
	}
	return err
}

func (w *walk) openOrClose(m *machine) error {
	if m.session == nil {
		s, err := m.client.OpenSession(w.t.Context(), client.SessionOptions{})
		if err != nil {
			return err
		}
		m.session = s
		if w.sessions(m) != 1 {
			w.t.Errorf("%s was told that it has a session, and has none", m.id())
		}
		return nil
	}
	err := m.session.Close(w.t.Context())
	m.session = nil
	if err == nil && m.key != "" && w.sessions(m) != 0 {
		w.t.Errorf("%s was told that its session is closed, and it is not", m.id())
	}
	return err
}

func (w *walk) consume(m *machine) error {
	amount := int64(w.random.IntN(2) + 1)
	c, err := m.client.Consume(w.t.Context(), "Pages", float64(amount))
	switch {
	case c.Counted:
		w.sure += amount * 1_000_000
	default:
		w.maybe += amount * 1_000_000
	}
	if c.Refused != 0 || errors.Is(err, client.ErrExhausted) {
		w.t.Errorf("%s was told that nothing is left: %+v, %v", m.id(), c, err)
	}
	if err != nil && m.key != "" && !m.refused && !errors.As(err, new(*client.RefusalError)) {
		w.t.Errorf("%s lost a consumption: %v", m.id(), err)
	}
	return err
}

// release is the vendor's staff taking the activation away.
func (w *walk) release(m *machine) {
	w.t.Helper()
	if w.holds(m) == "" {
		return
	}
	var list struct {
		Items []struct {
			ID       string `json:"id"`
			ClientID string `json:"client_id"`
		} `json:"items"`
	}
	for _, l := range w.licenses {
		w.v.manage(w.t, 200, "GET", "/licenses/"+l.ID+"/activations", nil).JSON(w.t, &list)
		for _, a := range list.Items {
			if a.ClientID != m.id() {
				continue
			}
			w.v.manage(w.t, 204, "DELETE", "/activations/"+a.ID, nil)
		}
	}
	m.session = nil
}

func uuidOf(t *testing.T, text string) ident.UUID {
	t.Helper()
	id, err := ident.ParseUUID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
