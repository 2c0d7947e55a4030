package client

import (
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"
	"unicode"

	"chancery/signed"
)

// Identity says what a client is to the licence: what one token is good for.
type Identity int

const (
	// PerMachine tells the machine. The client id is a hash of the machine's id and the
	// product id, so a reinstall gets its own token back. Where a machine has no
	// id, a random one is kept in StateDir.
	PerMachine Identity = iota
	// PerInstall tells the installation. The client id is random and kept in StateDir:
	// an upgrade keeps it, a reinstall makes a new one. Whoever copies the whole
	// StateDir copies the installation; choose PerMachine where that matters.
	PerInstall
)

// Config is what New needs. Fields marked * have no default.
type Config struct {
	BaseURL         string              // * of the server, such as https://licences.example.com; a path is kept; not with Offline
	VendorID        string              // * UUID
	ProductID       string              // * UUID
	ProvisioningKey string              // * public: it goes into the program; not with Offline
	PublicKeys      []ed25519.PublicKey // * the vendor's signing keys, pinned: that for answers, that for files; see signed.ParseKey
	StateDir        string              // * a folder of the user or the machine; made if it is missing, with mode 0700
	SoftwareVersion string              // * of the program, such as 2.4.1

	// Offline says that this device has no internet: it is licensed by files that people
	// carry (OfflineRequest, Install, OfflineReport, OfflineDeactivate, Receipt). No
	// connection is opened; BaseURL and ProvisioningKey are not needed, and calls that
	// would need one fail with ErrOffline.
	Offline bool
	// SealingKey is the vendor's X25519 key, which files for the vendor are sealed to; see
	// signed.ParseSealingKey. OfflineRequest, OfflineReport and OfflineDeactivate need it or HybridKey.
	SealingKey *ecdh.PublicKey
	// HybridKey is the vendor's ML-KEM-768 key with X25519; see signed.ParseHybridKey. Where it
	// is set, files are sealed to it, and SealingKey is for QR codes, which it is too large for.
	HybridKey *signed.HybridKey
	// RootKey is the vendor's root key, which signs lists of the keys in use and the revoked
	// ones; files bring the newest. Nil: the pinned keys, and what they announce, are all.
	RootKey ed25519.PublicKey
	// DeviceVariables are texts about this device that go with activations, heartbeats and files.
	DeviceVariables map[string]string
	// TombstoneDir is where it is kept which licences were given up here: not below
	// StateDir, so that an old copy of that revives none. Empty: the user's configuration folder.
	TombstoneDir string

	Identity Identity // PerMachine
	ClientID string   // instead of an Identity: an id of your own, 1 to 200 characters

	ClientName        string // shown to the licence's owner; empty: not sent
	ClientDescription string
	Hostname          string // empty: os.Hostname
	OperatingSystem   string // empty: runtime.GOOS

	// AllowHTTP permits http:// to other machines than this one. Answers stay
	// signed, but the license key can be read on the way.
	AllowHTTP bool
	// HTTPClient is used for every call; nil: one with a 30 s timeout, closed by
	// Close. Redirects are never followed: they would take the keys elsewhere.
	HTTPClient *http.Client

	Now       func() time.Time                                 // nil: time.Now
	Rand      io.Reader                                        // nil: crypto/rand.Reader
	Wait      func(ctx context.Context, d time.Duration) error // before a retry; nil: a timer
	Pause     func(ctx context.Context, d time.Duration) error // between renewals of a session; nil: a timer
	MachineID func() (string, error)                           // nil: the operating system's
}

// validate fills in the defaults and says in one sentence what is missing.
func (c *Config) validate() error {
	if err := c.validateServer(); err != nil {
		return err
	}
	switch {
	case len(c.PublicKeys) == 0:
		return errors.New("client: PublicKeys is empty; pin the vendor's Ed25519 key, or no answer can be believed")
	case c.StateDir == "":
		return errors.New("client: StateDir is missing; name a folder that outlives an upgrade")
	case c.SoftwareVersion == "":
		return errors.New("client: SoftwareVersion is missing")
	case c.Identity != PerMachine && c.Identity != PerInstall:
		return errors.New("client: Identity must be PerMachine or PerInstall")
	case len(c.ClientID) > 200 || strings.ContainsFunc(c.ClientID, unicode.IsControl):
		return errors.New("client: ClientID must be at most 200 characters, on one line")
	}
	var err error
	if c.VendorID, err = uuid("VendorID", c.VendorID); err != nil {
		return err
	}
	if c.ProductID, err = uuid("ProductID", c.ProductID); err != nil {
		return err
	}
	if _, err := signed.NewKeySet(c.PublicKeys...); err != nil {
		return fmt.Errorf("client: PublicKeys: %w", err)
	}
	if c.RootKey != nil && signed.CheckKey(c.RootKey) != nil {
		return errors.New("client: RootKey is no Ed25519 key")
	}
	if c.Hostname == "" {
		c.Hostname, _ = os.Hostname() // without one, none is sent
	}
	if c.OperatingSystem == "" {
		c.OperatingSystem = runtime.GOOS
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	if c.Pause == nil {
		c.Pause = wait
	}
	if c.MachineID == nil {
		c.MachineID = machineID
	}
	return nil
}

// validateServer checks what says where the server is, which a device without internet
// does not ask.
func (c *Config) validateServer() error {
	if c.Offline {
		return nil
	}
	base, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" || base.RawQuery != "" || base.User != nil:
		return errors.New("client: BaseURL must look like https://licences.example.com")
	case base.Scheme == "http" && !c.AllowHTTP && !isLoopback(base.Hostname()):
		return errors.New("client: BaseURL must be https; set AllowHTTP to send license keys in the clear")
	case c.ProvisioningKey == "":
		return errors.New("client: ProvisioningKey is missing; the vendor's console shows it once, when it is made")
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return nil
}

func uuid(field, text string) (string, error) {
	text = strings.ToLower(text)
	dashes := len(text) == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-'
	if digits := strings.ReplaceAll(text, "-", ""); !dashes || len(digits) != 32 || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", fmt.Errorf("client: %s must be a UUID", field)
	}
	return text, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
