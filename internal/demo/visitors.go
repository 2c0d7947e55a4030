package demo

import (
	"context"
	"fmt"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// visitor is a client of the past.
type visitor struct {
	id         string
	client     licensing.Client
	activation *licensing.Activation // nil until it is activated, and once it gave up
}

type machine struct{ host, platform, system, country string }

// machines that clients of the past ran on. Their addresses are of a network
// that is set aside for documentation.
func machines() []machine {
	return []machine{
		{"layout", "windows/amd64", "Windows 11", "DE"},
		{"proof", "darwin/arm64", "macOS 15", "GB"},
		{"plates", "linux/amd64", "Debian 12", "FR"},
		{"desk", "windows/amd64", "Windows 10", "NL"},
		{"scan", "darwin/arm64", "macOS 14", "US"},
	}
}

// planUse plans who activates the licence, who heartbeats, and who gives up.
func (h *historian) planUse(s *story) {
	if s.edition.Mode == terms.Floating || s.number%11 == 4 || s.number%149 == 5 {
		return // sessions leave no trace here; not everything that is sold is used
	}
	limit := int(licensing.Allowed(s.edition.Policy))
	count := 1 + h.rand.IntN(int(s.edition.Policy.TokenLimit))
	if s.edition.Name == "Team" || s.number%20 == 13 {
		count = limit - s.number%2 // into the goodwill or the buffer
	}
	for k := range count {
		when := h.during(s.issued.Add(time.Hour), days(20))
		if k >= int(s.edition.Policy.TokenLimit) { // goodwill that has not ended
			when = h.during(later(s.issued.Add(time.Hour), h.end.Add(-days(20))), days(18))
		}
		h.planVisit(s, when, k)
	}
	if count == limit && s.number%3 != 1 { // one too many: refused, and used up since
		h.planVisit(s, later(s.issued.Add(days(21)), h.end.Add(-time.Duration(12+s.number)*time.Hour)), count)
	}
}

// planVisit plans the life of one client.
func (h *historian) planVisit(s *story, when time.Time, k int) {
	all := machines()
	m := all[h.rand.IntN(len(all))]
	v := &visitor{id: fmt.Sprintf("%s-%03d-%d", m.host, s.number, k+1)}
	v.client = licensing.Client{
		Name: fmt.Sprintf("%s %d", m.host, k+1), Hostname: v.id + ".example.com", Platform: m.platform, OperatingSystem: m.system,
		SoftwareVersion: []string{"3.1.0", "3.2.4", "3.3.1"}[h.rand.IntN(3)], Address: fmt.Sprintf("203.0.113.%d", 1+h.rand.IntN(254)), Country: m.country,
		City: cityOf(m.country, s.number+k),
	}
	if s.number%17 == 3 && k == 0 { // behind the customer's own proxy
		v.client.Address, v.client.Country, v.client.City = "10.20.0.7", "", licensing.City{}
	}
	s.clients = append(s.clients, v)
	h.visitors = append(h.visitors, v)
	actor := tx.Actor{Kind: "client", ID: v.id, Address: v.client.Address}
	h.at(when, actor, func(t tx.Tx) error {
		out, err := h.c.Licenses.Activate(t, licensing.ActivateCommand{
			Vendor: h.c.Vendor, Product: s.license.Product.UUID, Key: licensing.Key{UUID: s.license.LicenseKey}, ClientID: v.id, Client: v.client,
		})
		if err == nil && out.Refusal == nil {
			v.activation = out.State.Activation
		}
		return err
	})
	if h.rand.IntN(12) == 0 && s.edition.Name != "Team" { // moved to another machine, or gone
		h.at(h.during(when.Add(days(5)), days(60)), actor, func(t tx.Tx) error {
			if v.activation == nil {
				return nil
			}
			_, err := h.c.Licenses.Unassign(t, licensing.UnassignCommand{Vendor: h.c.Vendor, TokenKey: v.activation.TokenKey})
			v.activation = nil
			return err
		})
	}
	h.planHeartbeat(s, v, actor, when)
}

// planHeartbeat plans the last heartbeat of a client: most called this morning,
// with the newest version, and some have been silent for weeks.
func (h *historian) planHeartbeat(s *story, v *visitor, actor tx.Actor, activated time.Time) {
	silence := time.Duration(h.rand.Int64N(int64(20 * time.Hour)))
	switch h.rand.IntN(12) {
	case 0:
		silence += days(1 + h.rand.IntN(14))
	case 1:
		silence += days(15 + h.rand.IntN(90))
	}
	when := later(h.end.Add(-silence), activated.Add(time.Minute))
	seen := v.client
	if silence < days(1) && h.rand.IntN(3) > 0 {
		seen.SoftwareVersion = "3.4.0"
	}
	h.planCall(s, v, actor, seen, when)
}

// planCall plans a heartbeat of a client.
func (h *historian) planCall(s *story, v *visitor, actor tx.Actor, seen licensing.Client, when time.Time) {
	h.steps = append(h.steps, &step{at: h.past(when), actor: actor, heartbeat: func(ctx context.Context) error {
		if v.activation == nil {
			return nil
		}
		_, err := h.c.Licenses.Heartbeat(ctx, licensing.HeartbeatCommand{
			Vendor: h.c.Vendor, Product: s.license.Product.UUID, ClientID: v.id, Client: seen,
		})
		return err
	}})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
