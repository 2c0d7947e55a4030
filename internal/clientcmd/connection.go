package clientcmd

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chancery/client"
	"chancery/signed"
)

// Connection is the flags of every subcommand: where the server is, and who asks.
type Connection struct {
	URL             string        `name:"url" help:"The server, such as https://licences.example.com; none for a device without internet." env:"CHANCERY_CLIENT_URL" placeholder:"URL"`
	Vendor          string        `required:"" help:"The vendor's id, a UUID." env:"CHANCERY_CLIENT_VENDOR" placeholder:"UUID"`
	Product         string        `required:"" help:"The product's id, a UUID." env:"CHANCERY_CLIENT_PRODUCT" placeholder:"UUID"`
	ProvisioningKey string        `help:"The product's provisioning key; none for a device without internet." env:"CHANCERY_CLIENT_PROVISIONING_KEY" placeholder:"KEY"`
	PublicKey       []string      `required:"" sep:"none" help:"The vendor's Ed25519 key, base64url or JWK; may be repeated, in the environment with commas." env:"CHANCERY_CLIENT_PUBLIC_KEY" placeholder:"KEY"`
	SealingKey      []string      `sep:"none" help:"The vendor's X25519 key, for QR codes, and its ML-KEM-768 key with X25519, for files: base64url or JWK; may be repeated, in the environment with commas." env:"CHANCERY_CLIENT_SEALING_KEY" placeholder:"KEY"`
	RootKey         string        `help:"The vendor's root key, which signs lists of its keys: base64url or JWK." env:"CHANCERY_CLIENT_ROOT_KEY" placeholder:"KEY"`
	State           string        `help:"The folder of the state; by default in the user's configuration." type:"path" env:"CHANCERY_CLIENT_STATE" placeholder:"DIR"`
	ClientID        string        `help:"A client id of your own, instead of this device's." env:"CHANCERY_CLIENT_ID" placeholder:"ID"`
	PerInstall      bool          `help:"One client per state folder, instead of per device." env:"CHANCERY_CLIENT_PER_INSTALL"`
	ClientName      string        `help:"The name shown to the licence's owner." env:"CHANCERY_CLIENT_NAME" placeholder:"NAME"`
	SoftwareVersion string        `help:"The program's version." default:"1.0.0" env:"CHANCERY_CLIENT_SOFTWARE_VERSION"`
	AllowHTTP       bool          `name:"allow-http" help:"Permit http:// to other hosts; license keys can be read on the way." env:"CHANCERY_CLIENT_ALLOW_HTTP"`
	ClockAhead      time.Duration `help:"How far this device's clock is to be ahead, to go along with a server's test clock: 192h." env:"CHANCERY_CLIENT_CLOCK_AHEAD" placeholder:"DURATION"`
	JSON            bool          `name:"json" help:"Print JSON." env:"CHANCERY_CLIENT_JSON"`

	// Configure changes the SDK's configuration before it is used; nil: nothing.
	// Tests bring clocks and connections by it.
	Configure func(*client.Config) `kong:"-"`
}

func (c *Connection) open() (*client.Client, error) {
	config := client.Config{
		BaseURL: c.URL, VendorID: c.Vendor, ProductID: c.Product, ProvisioningKey: c.ProvisioningKey,
		StateDir: c.State, ClientID: c.ClientID, ClientName: c.ClientName,
		SoftwareVersion: c.SoftwareVersion, AllowHTTP: c.AllowHTTP,
	}
	config.Offline = c.URL == "" && c.ProvisioningKey == ""
	if err := c.otherKeys(&config); err != nil {
		return nil, err
	}
	if c.PerInstall {
		config.Identity = client.PerInstall
	}
	var err error
	if config.PublicKeys, err = c.pinned(); err != nil {
		return nil, err
	}
	if config.StateDir == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return nil, sentence("give --state, since this user has no configuration folder")
		}
		config.StateDir = filepath.Join(dir, "chancery-client")
	}
	if c.ClockAhead != 0 {
		config.Now = func() time.Time { return time.Now().Add(c.ClockAhead) }
	}
	if c.Configure != nil {
		c.Configure(&config)
	}
	licence, err := client.New(config)
	if err != nil {
		return nil, explain(err)
	}
	return licence, nil
}

// with opens the store for a piece of work.
func (c *Connection) with(work func(licence *client.Client) error) error {
	licence, err := c.open()
	if err != nil {
		return err
	}
	defer licence.Close()
	return work(licence)
}

// judged prints how the licence stands after a piece of work.
func (c *Connection) judged(io *IO, done string, work func(licence *client.Client) (client.Status, error)) error {
	return c.with(func(licence *client.Client) error {
		status, err := work(licence)
		if err != nil {
			return explain(err)
		}
		return c.print(io, done, licence, status)
	})
}

// pinned reads the keys that sign what the vendor says.
func (c *Connection) pinned() (keys []ed25519.PublicKey, err error) {
	for _, text := range apart(c.PublicKey) {
		key, err := signed.ParseKey(text)
		if err != nil {
			return nil, sentence("--public-key must be the vendor's Ed25519 key, as 43 characters of base64url or as a JWK")
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// otherKeys reads the keys that files are sealed to, and the root key.
func (c *Connection) otherKeys(config *client.Config) (err error) {
	for _, text := range apart(c.SealingKey) {
		if key, err := signed.ParseSealingKey(text); err == nil {
			config.SealingKey = key
		} else if config.HybridKey, err = signed.ParseHybridKey(text); err != nil {
			return sentence("--sealing-key must be the vendor's X25519 key, as 43 characters of base64url, its ML-KEM-768 key with X25519, " +
				"as 1622 characters, or either as a JWK")
		}
	}
	if c.RootKey != "" {
		if config.RootKey, err = signed.ParseKey(c.RootKey); err != nil {
			return sentence("--root-key must be the vendor's root key, as 43 characters of base64url or as a JWK")
		}
	}
	return nil
}

// apart takes apart what the environment can give only as one text.
func apart(given []string) (keys []string) {
	for _, text := range given {
		if strings.HasPrefix(strings.TrimSpace(text), "{") { // a JWK has commas of its own
			keys = append(keys, text)
			continue
		}
		keys = append(keys, strings.Split(text, ",")...)
	}
	return keys
}
