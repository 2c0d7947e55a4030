package licensing

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Role says which part of the limit a token counts against.
type Role string

// The roles of a token. A key handed out keeps its value when its role changes.
const (
	RoleContract Role = "contract"
	RoleBuffer   Role = "buffer"
	RoleGoodwill Role = "goodwill"
)

// Token is one slot of a licence.
type Token struct {
	ID         ident.TokenID
	License    ident.LicenseID
	Slot       int64
	Role       Role
	Key        ident.UUID
	Activation ident.ActivationID // 0 while it is free
}

// Activation is a token in use by a client, or, once ReleasedAt is set, the record of one.
type Activation struct {
	ID            ident.ActivationID
	UUID          ident.UUID
	License       ident.LicenseID
	Token         ident.TokenID
	TokenKey      ident.UUID
	Device        Device
	IsTemporary   bool
	IsOffline     bool      // activated by a file that a person carried: silence says nothing of it
	OfflineUntil  time.Time // the latest end that a file of it said; zero where that was not written down
	RefreshBy     time.Time // until when its newest file is good; zero: as long as the licence
	GoodwillSince time.Time // zero for a regular activation
	GoodwillUntil time.Time // zero: until a token frees
	Place         Place     // of a licence that counts the devices of each month
	Client        Client
	DisplayName   string // what the licence's owner calls the device; no client changes it
	Said          int64  // Fingerprint of the newest heartbeat that was recorded; 0 for none
	ActivatedAt   time.Time
	ReleasedAt    time.Time
	ReleaseReason Reason
	Counted       Counting // what its end counts for; it is written and not read
	GaveWay       bool     // its place was freed for a second device under its name; it is written and not read
	Pulse         Pulse

	// KeyCounter is the highest counter of its client's other calls; Held brings it,
	// for heartbeats to be judged by.
	KeyCounter int64

	// Replaces is what a reinstalled client's activation was before, whose stay in
	// the goodwill zone goes on; 0 for none. It is not stored.
	Replaces ident.ActivationID

	// by is who had it released, where that is not who acts now.
	by tx.Actor
}

// Called is what people call its device: by the owner's name for it, else by the hostname
// or name that the client says, or by its id.
func (a *Activation) Called() string { return cmp.Or(a.DisplayName, a.SaidName()) }

// SaidName is what a client says that it is called: its hostname or name, or its id.
func (a *Activation) SaidName() string {
	return cmp.Or(a.Client.Hostname, a.Client.Name, a.Device.Number)
}

// IsGoodwill reports whether it is above the contract.
func (a *Activation) IsGoodwill() bool { return !a.GoodwillSince.IsZero() }

// Client is what a client says of itself.
type Client struct {
	Name            string
	Description     string
	Tags            []string
	Hostname        string
	Platform        string
	OperatingSystem string
	SoftwareVersion string
	Variables       map[string]string
	Address         string // the caller's IP address
	Country         string // ISO 3166-1 alpha-2, or "" where unknown
	City            City   // where a database of cities tells it
	PublicKey       []byte // Ed25519, 32 bytes; nil for a client without a key of its own
}

// Fingerprint tells two heartbeats apart by what they say: equal ones change
// nothing. It is never 0. A collision (1 in 2^63) would delay what a heartbeat
// says until it says something else, or the next day.
func (c Client) Fingerprint() int64 {
	h := fnv.New64a()
	for _, s := range [...]string{c.SoftwareVersion, c.OperatingSystem, c.Hostname, c.Platform, c.Address, c.Country} {
		_, _ = io.WriteString(h, s)
		_, _ = h.Write([]byte{0})
	}
	if c.City.Known() {
		_, _ = fmt.Fprintf(h, "%s\x00%d\x00%d\x00%d\x00", c.City.Name, c.City.Latitude, c.City.Longitude, c.City.Radius)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Variables)) {
		_, _ = io.WriteString(h, name+"\x00"+c.Variables[name]+"\x00")
	}
	return int64(h.Sum64() | 1) //nolint:gosec // any 64 bits will do
}

// Pulse is the narrow record that heartbeats keep moving.
type Pulse struct {
	LastSeenAt  time.Time
	LastSeenDay int64 // days since 1970-01-01 UTC
	DayCount    int64 // heartbeats on that day; 0 on the day of activation before the first one
	Counter     int64 // the highest that its heartbeats' signatures have carried; 0 for none
}

// Reason says why an activation ended.
type Reason string

// The reasons.
const (
	ByClient        Reason = "client"        // it gave up its own token
	ByStaff         Reason = "staff"         // the vendor released it
	ByOtherLicense  Reason = "other_license" // the client activated with another licence
	ByInactivity    Reason = "inactivity"    // silent for the product's maximum_inactive_days
	ByReinstall     Reason = "reinstall"     // the same client came with a new key pair
	ByGoodwillEnded Reason = "goodwill_ended"
	ByDashboard     Reason = "dashboard" // the licence's owner released it in the dashboard
	ByAPI           Reason = "api"       // the owner's own access token released it
	ByOffline       Reason = "offline"   // a file says that the machine has given it up
)

// DayOf gives the number of the UTC day of t.
func DayOf(t time.Time) int64 { return t.Unix() / 86_400 }
