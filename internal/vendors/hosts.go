package vendors

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"time"

	"chancery/internal/budget"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// HostStore keeps the vendors' own host names.
type HostStore interface {
	// Get gives a vendor, locked until the transaction ends.
	Get(t tx.Tx, id ident.VendorID) (v Vendor, found bool, err error)

	// HostsIn gives a vendor's hosts, oldest first.
	HostsIn(t tx.Tx, id ident.VendorID) ([]Host, error)

	// SaveHost stores h, new or not. saved is false where the host serves and another
	// vendor is served on it: the transaction must not commit then.
	SaveHost(t tx.Tx, h Host) (saved bool, err error)

	RemoveHost(t tx.Tx, h Host) error
}

// HostReader reads hosts outside of transactions.
type HostReader interface {
	// Hosts gives a vendor's hosts, oldest first.
	Hosts(ctx context.Context, id ident.VendorID) ([]Host, error)

	// DueHosts gives some of those whose check is due, the longest due first.
	DueHosts(ctx context.Context, now time.Time, most int) ([]Host, error)
}

// Resolver asks DNS.
type Resolver interface {
	// TXT gives the records of a name; none where DNS says that there is none. It fails
	// where DNS gives no answer.
	TXT(ctx context.Context, name string) ([]string, error)
}

// HostsConfig is what the service needs; all of it is required, but for Looks.
type HostsConfig struct {
	Store    HostStore
	Reader   HostReader
	Resolver Resolver
	Runner   tx.Runner
	IDs      ident.Source

	// Own reports whether the server itself has this name: no vendor may.
	Own func(host string) bool

	Looks *budget.Budget // how often a vendor has DNS asked; nil for no bound
}

// Hosts changes the vendors' own host names.
type Hosts struct{ HostsConfig }

// NewHosts makes the service.
func NewHosts(c HostsConfig) (*Hosts, error) {
	if c.Store == nil || c.Reader == nil || c.Resolver == nil || c.Runner == nil || c.IDs.Rand == nil || c.Own == nil {
		return nil, errors.New("vendors: the configuration of Hosts is incomplete")
	}
	return &Hosts{c}, nil
}

// AddHost is a request for a host name.
type AddHost struct {
	Name  string // as people paste it
	Opens Opens  // OpensDashboard when empty
}

// Add notes that a vendor asks for a host name. It serves nobody before it is proven or
// approved; several vendors may ask for one.
func (s *Hosts) Add(t tx.Tx, id ident.VendorID, c AddHost) (Host, error) {
	h := Host{Vendor: id, UUID: s.IDs.V7(), Opens: c.Opens, Secret: hex.EncodeToString(s.IDs.Secret(16)), CreatedAt: t.Now(), NextCheck: t.Now().Add(hostSoon)}
	if h.Opens == "" {
		h.Opens = OpensDashboard
	}
	var err error
	if h.Name, err = s.readName(c); err != nil {
		return Host{}, err
	}
	v, all, err := s.of(t, id)
	if err != nil {
		return Host{}, err
	}
	switch {
	case slices.ContainsFunc(all, func(o Host) bool { return o.Name == h.Name }):
		return Host{}, fault.Refused("host_exists", "This host name is on the list already.", "Prove it there.")
	case len(all) >= MostHosts:
		return Host{}, fault.Refused("too_many_hosts", "A vendor has ten host names at most.", "Remove one that is not needed.")
	}
	t.Journal(hostEntry(v, "vendor.host_added", nil, &h))
	_, err = s.Store.SaveHost(t, h)
	return h, err
}

// readName reads the name of a host, which the server itself may not have, and what it opens.
func (s *Hosts) readName(c AddHost) (string, error) {
	if err := c.Opens.check(); err != nil {
		return "", err
	}
	name, ok := entry.Host(c.Name)
	var wrong fault.Fields
	wrong.Check(ok, "host", "must be a host name such as licences.example.com")
	wrong.Check(!ok || !s.Own(name), "host", "must be a name of your own: the server itself has this one")
	return name, wrong.Err()
}

// Approve has a host serve the vendor without a proof, by whoever runs the server. It is
// added where the vendor has not asked for it.
func (s *Hosts) Approve(t tx.Tx, id ident.VendorID, c AddHost) (Host, error) {
	name, err := s.readName(c)
	if err != nil {
		return Host{}, err
	}
	v, all, err := s.of(t, id)
	if err != nil {
		return Host{}, err
	}
	i := slices.IndexFunc(all, func(o Host) bool { return o.Name == name })
	if i < 0 {
		h, err := s.Add(t, id, c)
		if err != nil {
			return Host{}, err
		}
		all, i = []Host{h}, 0
	}
	before := all[i]
	h := before
	h.Proof, h.Serves, h.Misses, h.FailingAt, h.NextCheck = ByOperator, true, 0, time.Time{}, time.Time{}
	if c.Opens != "" {
		h.Opens = c.Opens
	}
	return h, s.save(t, v, "vendor.host_approved", before, h)
}

// Remove ends what a host serves, at once.
func (s *Hosts) Remove(t tx.Tx, id ident.VendorID, host ident.UUID) (Host, error) {
	v, h, err := s.one(t, id, host)
	if err != nil {
		return Host{}, err
	}
	t.Journal(hostEntry(v, "vendor.host_removed", &h, nil))
	return h, s.Store.RemoveHost(t, h)
}

// Check asks DNS for the host's record now, and gives what came of it.
func (s *Hosts) Check(ctx context.Context, id ident.VendorID, host ident.UUID) (Host, error) {
	all, err := s.Reader.Hosts(ctx, id)
	if err != nil {
		return Host{}, err
	}
	i := slices.IndexFunc(all, func(o Host) bool { return o.UUID == host })
	if i < 0 {
		return Host{}, fault.Missing("host")
	}
	if s.Looks != nil {
		if err := s.Looks.Spend(s.Looks.Subject(strconv.FormatInt(id.Int64(), 10))); err != nil {
			return Host{}, err
		}
	}
	return s.check(ctx, all[i])
}

// dueAtOnce is how many hosts Work looks at.
const dueAtOnce = 20

// Work checks some of the hosts that are due, and gives how many have come to stand otherwise.
func (s *Hosts) Work(ctx context.Context) (changed int, err error) {
	due, err := s.Reader.DueHosts(ctx, s.IDs.Clock.Now(), dueAtOnce)
	for _, h := range due {
		after, e := s.check(ctx, h)
		if e != nil && !fault.Is(e, "host_not_found") {
			err = errors.Join(err, e)
		}
		if e == nil && after.Standing() != h.Standing() {
			changed++
		}
	}
	return changed, err
}

// lookWithin is how long DNS may take.
const lookWithin = 5 * time.Second

// check asks DNS, outside of any transaction, and notes what it says.
func (s *Hosts) check(ctx context.Context, h Host) (after Host, err error) {
	name, _ := h.Record()
	look, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	seen := Unknown
	if records, err := s.Resolver.TXT(look, name); err == nil {
		seen = sight(h, records)
	}
	if err := ctx.Err(); err != nil {
		return h, err // whoever asked is gone, or the server stops: DNS has not failed
	}
	for {
		err = s.Runner.Run(ctx, func(t tx.Tx) (err error) {
			after, err = s.note(t, h, seen)
			return err
		})
		if seen != Found || !fault.Is(err, codeHostTaken) {
			return after, err
		}
		seen = Taken
	}
}

// note stores what a check has seen of the host as it is now.
func (s *Hosts) note(t tx.Tx, h Host, seen Sight) (Host, error) {
	v, before, err := s.one(t, h.Vendor, h.UUID)
	if err != nil {
		return Host{}, err
	}
	after := decideChecked(before, seen, t.Now())
	action := ""
	if from, to := before.Standing(), after.Standing(); from != to {
		action = map[Standing]string{Serving: "vendor.host_proven", Failing: "vendor.host_failing", Stopped: "vendor.host_stopped"}[to]
	}
	return after, s.save(t, v, action, before, after)
}

const codeHostTaken = "host_taken"

// save stores a host and what happened to it; action is "" for nothing of note.
func (s *Hosts) save(t tx.Tx, v Vendor, action string, before, after Host) error {
	if action != "" {
		t.Journal(hostEntry(v, action, &before, &after))
	}
	saved, err := s.Store.SaveHost(t, after)
	if err == nil && !saved {
		err = fault.Refused(codeHostTaken, "This host name serves another vendor of this server.",
			"It is free once that vendor removes it, or its proof is missing for a week.")
	}
	return err
}

func (s *Hosts) of(t tx.Tx, id ident.VendorID) (Vendor, []Host, error) {
	v, found, err := s.Store.Get(t, id)
	if err == nil && !found {
		err = fault.Missing("vendor")
	}
	if err != nil {
		return Vendor{}, nil, err
	}
	all, err := s.Store.HostsIn(t, id)
	return v, all, err
}

func (s *Hosts) one(t tx.Tx, id ident.VendorID, host ident.UUID) (Vendor, Host, error) {
	v, all, err := s.of(t, id)
	if err != nil {
		return Vendor{}, Host{}, err
	}
	for _, h := range all {
		if h.UUID == host {
			return v, h, nil
		}
	}
	return Vendor{}, Host{}, fault.Missing("host")
}

type hostRecord struct {
	Host     string   `json:"host"`
	Opens    Opens    `json:"opens"`
	Proof    Proof    `json:"proof"`
	Standing Standing `json:"standing"`
}

func hostEntry(v Vendor, action string, before, after *Host) tx.Entry {
	e := tx.Entry{Vendor: v.ID, Action: action, Subject: "vendor", ID: v.UUID}
	of := func(h *Host) any {
		if h == nil {
			return nil
		}
		return hostRecord{h.Name, h.Opens, h.Proof, h.Standing()}
	}
	e.Before, e.After = of(before), of(after)
	return e
}
