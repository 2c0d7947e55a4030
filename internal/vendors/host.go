package vendors

import (
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Host is a host name of a vendor's own, or one that it asks for. At most one vendor is
// served on a host.
type Host struct {
	Vendor ident.VendorID
	UUID   ident.UUID
	Name   string // in the letters of DNS, without a port
	Opens  Opens
	Secret string // what the record in DNS must say
	Proof  Proof
	Serves bool

	Misses    int       // checks in a row that did not find the record
	Seen      Sight     // by the newest check
	CheckedAt time.Time // zero: never
	FailingAt time.Time // the first of the misses of a host that was proven; zero: none
	NextCheck time.Time // zero: none is due
	CreatedAt time.Time
}

// Opens is what the first address of a host leads to.
type Opens string

// What a host may open. Both are served on every host.
const (
	OpensDashboard Opens = "dashboard"
	OpensFiles     Opens = "files"
)

// check refuses what a host can't open; empty is what it opens already.
func (o Opens) check() error {
	var wrong fault.Fields
	wrong.Check(o == "" || o == OpensDashboard || o == OpensFiles, "opens", "must be dashboard or files")
	return wrong.Err()
}

// Proof is by what a host serves its vendor.
type Proof string

// The proofs.
const (
	Unproven   Proof = ""
	ByDNS      Proof = "dns"
	ByOperator Proof = "operator" // who runs the server has approved it
)

// Sight is what a check has seen.
type Sight string

// What a check sees.
const (
	NotLooked Sight = ""
	Found     Sight = "found"
	Absent    Sight = "absent" // DNS says that the record is not there, or says something else
	Unknown   Sight = "unknown"
	Taken     Sight = "taken" // found, but the host serves another vendor
)

// Standing is where a host stands, for screens.
type Standing string

// Where a host stands.
const (
	Waiting Standing = "waiting" // for its proof
	Serving Standing = "serving"
	Failing Standing = "failing" // serves, and its proof was not found
	Stopped Standing = "stopped" // its proof was not found for HostGrace
)

// Standing tells where the host stands.
func (h Host) Standing() Standing {
	switch {
	case h.Serves && h.FailingAt.IsZero():
		return Serving
	case h.Serves:
		return Failing
	case !h.FailingAt.IsZero():
		return Stopped
	}
	return Waiting
}

// Record is the record in DNS that proves the host: a TXT record of a name, with a value.
func (h Host) Record() (name, value string) {
	return "_chancery." + h.Name, "chancery-host=" + h.Secret
}

// StopsAt is when a host whose proof is missing stops to serve.
func (h Host) StopsAt() time.Time { return h.FailingAt.Add(HostGrace) }

// Bounds on the hosts of a vendor.
const (
	MostHosts = 10

	// HostGrace is for how long a host serves whose proof is not found any more.
	HostGrace = 7 * 24 * time.Hour

	hostEvery  = 24 * time.Hour      // between checks of a host that is proven
	hostSoon   = 10 * time.Minute    // until the second look at one that is not
	hostGiveUp = 30 * 24 * time.Hour // for how long one that was never proven is looked at by itself
)

// sight reads what DNS answered to the question for a host's record.
func sight(h Host, records []string) Sight {
	if _, value := h.Record(); slices.Contains(records, value) {
		return Found
	}
	return Absent
}

// decideChecked gives a host after a check. Where DNS gave no answer, nothing changes but
// the time of the next look: a broken resolver stops nobody.
func decideChecked(h Host, seen Sight, now time.Time) Host {
	h.CheckedAt, h.Seen = now, seen
	switch {
	case h.Proof == ByOperator:
		h.NextCheck = time.Time{}
		return h
	case seen == Found:
		h.Proof, h.Serves, h.Misses, h.FailingAt, h.NextCheck = ByDNS, true, 0, time.Time{}, now.Add(hostEvery)
		return h
	}
	h.NextCheck = now.Add(hostBackoff(h.Misses))
	h.Misses++
	switch {
	case seen == Unknown:
	case h.Serves && h.FailingAt.IsZero():
		h.FailingAt = now
	case h.Serves && !now.Before(h.StopsAt()):
		h.Serves = false
	}
	switch {
	case h.Serves && !h.FailingAt.IsZero() && h.NextCheck.After(h.StopsAt()) && seen != Unknown:
		h.NextCheck = h.StopsAt()
	case !h.Serves && now.Sub(since(h)) >= hostGiveUp:
		h.NextCheck = time.Time{} // whoever wants it can have it checked
	}
	return h
}

// since is from when a host that does not serve has waited.
func since(h Host) time.Time {
	if !h.FailingAt.IsZero() {
		return h.StopsAt()
	}
	return h.CreatedAt
}

// hostBackoff is the time to the next look, which doubles with each miss up to a day.
func hostBackoff(misses int) time.Duration { return min(hostSoon<<min(misses, 10), hostEvery) }

// Served is what a host serves.
type Served struct {
	Slug  string // the vendor's place in addresses
	Opens Opens
}
