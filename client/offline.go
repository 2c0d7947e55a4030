package client

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"chancery/signed"
)

// An OfflineFile is a file for a person to carry to the vendor's offline portal.
type OfflineFile struct {
	Name string // activation.req or deactivation.req
	Text []byte // its bytes: plain text
	QR   string // the same in a form for a QR code; empty where it is too long for one
}

// openRequests is how many requests may wait for their answer: people make one, lose it,
// make another, and come back with the first one's.
const openRequests = 8

// OfflineRequest makes the file that asks for a licence with this license, token or printed
// key, for a device without internet. It makes a key pair for the activation to come; the
// licence that answers is installed with Install. It opens no connection.
func (c *Client) OfflineRequest(key string) (OfflineFile, error) {
	if key = strings.TrimSpace(key); key == "" {
		return OfflineFile{}, errors.New("client: the license key is empty")
	}
	return c.ask(signed.ActivationRequest{Key: key})
}

// OfflineRequestUser is OfflineRequest for a licence that belongs to a user. A single-use
// code is better than the password: who finds the file and steals the vendor's key later
// has nothing.
func (c *Client) OfflineRequestUser(user User) (OfflineFile, error) {
	if user.Email == "" || (user.Password == "") == (user.Code == "") {
		return OfflineFile{}, errors.New("client: an e-mail and either a password or a code are needed")
	}
	return c.ask(signed.ActivationRequest{Email: user.Email, Password: user.Password, Code: user.Code})
}

func (c *Client) ask(r signed.ActivationRequest) (OfflineFile, error) {
	if c.cfg.SealingKey == nil && c.cfg.HybridKey == nil {
		return OfflineFile{}, errNoSealingKey
	}
	id, err := newID(c.cfg.Rand)
	if err != nil {
		return OfflineFile{}, err
	}
	var seed [ed25519.SeedSize]byte
	if _, err := io.ReadFull(c.cfg.Rand, seed[:]); err != nil {
		return OfflineFile{}, fmt.Errorf("client: no randomness for a key: %w", err)
	}
	r.RequestID, r.ProductID, r.ClientID, r.CreatedAt = id, c.cfg.ProductID, c.id, max(c.cfg.Now().Unix(), 0)
	if names := c.trust().names(); names != "" {
		r.TrustedKeys = strings.Split(names, ", ")
	}
	short := r
	r.ClientName, r.ClientDescription, r.Hostname = c.cfg.ClientName, c.cfg.ClientDescription, c.cfg.Hostname
	r.OperatingSystem, r.Platform, r.SoftwareVersion = c.cfg.OperatingSystem, runtime.GOOS+"/"+runtime.GOARCH, c.cfg.SoftwareVersion
	r.DeviceVariables = c.cfg.DeviceVariables
	key := ed25519.NewKeyFromSeed(seed[:])
	file, err := c.sealRequest(r, short, key)
	if err != nil {
		return OfflineFile{}, err
	}
	// The request is open before anybody has the file.
	return file, c.changeOffline(func(o *offline) error {
		o.Open = append(o.Open, openRequest{ID: id, Seed: seed[:]})
		o.Open = o.Open[max(0, len(o.Open)-openRequests):]
		return nil
	})
}

var errNoSealingKey = errors.New("client: SealingKey and HybridKey are missing; they are the vendor's keys that requests are sealed to")

// seal seals what goes into a file: to the hybrid key, where the program has one.
func (c *Client) seal(kind string, content []byte) (s signed.Sealed, err error) {
	if c.cfg.HybridKey != nil {
		s, err = signed.SealHybrid(c.cfg.HybridKey, kind, c.cfg.VendorID, content)
	} else {
		s, err = signed.Seal(c.cfg.SealingKey, kind, c.cfg.VendorID, content)
	}
	if err != nil {
		return s, fmt.Errorf("client: %w", err)
	}
	return s, nil
}

// sealRequest seals a request, and what is left of it for a QR code.
func (c *Client) sealRequest(r, short signed.ActivationRequest, key ed25519.PrivateKey) (f OfflineFile, err error) {
	content, err := r.Sign(key, c.cfg.VendorID)
	if err != nil {
		return f, fmt.Errorf("client: %w", err)
	}
	sealed, err := c.seal(signed.SealActivation, content)
	if err != nil {
		return f, err
	}
	f.Name, f.Text = "activation.req", sealed.Armour()
	if content, err = fitting(short, key, c.cfg.VendorID); err != nil || len(content) > signed.MaxCompactContent || c.cfg.SealingKey == nil {
		return f, err
	}
	sealed, err = signed.Seal(c.cfg.SealingKey, signed.SealActivation, c.cfg.VendorID, content)
	f.QR = sealed.Compact()
	return f, err
}

// fitting is the content of a QR code: keys are named short, and the last ones not at all
// where there is no room, since the vendor signs with any that is named.
func fitting(r signed.ActivationRequest, key ed25519.PrivateKey, vendorID string) ([]byte, error) {
	kids := make([]string, 0, len(r.TrustedKeys))
	for _, kid := range r.TrustedKeys {
		kids = append(kids, signed.ShortKeyID(kid))
	}
	for {
		r.TrustedKeys = kids
		content, err := r.Sign(key, vendorID)
		if err != nil || len(content) <= signed.MaxCompactContent || len(kids) < 2 {
			return content, err
		}
		kids = kids[:len(kids)-1]
	}
}

// Install takes a license.lic or license_refresh.lic, in any form that people send files
// in. A license.lic is taken for a request that waits here, once: the same again is
// ErrInstalled. A refresh, or a later answer to the same request, is taken on top of the
// licence that is held. It opens no connection. Nothing that is in force is replaced
// before the file is judged whole.
func (c *Client) Install(file []byte) (Status, error) {
	text, err := findDocument(file, signed.TypeLicense, signed.TypeLicenseRefresh)
	if err != nil {
		return c.Status(), err
	}
	err = c.changeOffline(func(o *offline) error {
		f, t, err := c.judgeFile(text)
		if err != nil {
			return err
		}
		if err := c.install(o, f); err != nil {
			return err
		}
		return c.believe(t)
	})
	return c.Status(), err
}

func (c *Client) install(o *offline, f offlineFile) error {
	ended, err := c.tombstones()
	if err != nil {
		return err
	}
	if slices.Contains(ended, f.said.ActivationID) {
		return ErrGivenUp
	}
	now := c.cfg.Now()
	if f.said.RequestID != "" {
		at := slices.IndexFunc(o.Open, func(r openRequest) bool { return r.ID == f.said.RequestID && r.public() == f.said.ClientPublicKey })
		switch own := o.File != "" && f.said.ActivationID == o.ActivationID && f.said.ClientPublicKey == publicOf(o.Seed); {
		case at < 0 && own && o.File == signed.ReportHash(f.text):
			return ErrInstalled
		case at < 0 && own:
			return c.refreshBy(o, f, now) // the same request was answered once more
		case at < 0:
			return ErrNoRequest
		}
		seed := o.Open[at].Seed
		*o = offline{Open: slices.Delete(o.Open, at, at+1), Seed: seed, Revision: o.Revision}
		o.take(f, now)
		return nil
	}
	return c.refreshBy(o, f, now)
}

// refreshBy takes a refresh file on top of what is held: only what is newer lets the clock
// begin anew, so that the same file again and again gains nothing.
func (c *Client) refreshBy(o *offline, f offlineFile, now time.Time) error {
	key := c.heldKey(o)
	serial, since := c.heldSerial(o)
	switch {
	case key == nil:
		return ErrNotActivated
	case f.said.ClientPublicKey != signed.FormatKey(key.Public().(ed25519.PublicKey)), //nolint:forcetypeassert // an ed25519 key has no other public key
		o.File != "" && f.said.ActivationID != o.ActivationID:
		return ErrForeignFile
	case o.Deactivated:
		return ErrGivenUp
	case o.File == signed.ReportHash(f.text):
		return nil // it is in force already
	case f.said.Serial < serial, f.said.IssuedAt < o.Mark.Answered:
		its, ours := toldApart(time.Unix(f.said.IssuedAt, 0), since)
		return fmt.Errorf("%w: it has serial %d of %s, here is serial %d of %s", ErrOlderFile, f.said.Serial, its, serial, ours)
	case o.File == "":
		o.Seed = key.Seed()
	}
	before := o.Mark
	o.take(f, now)
	if f.said.Serial == before.Serial && f.said.IssuedAt == before.Answered {
		o.Mark.Received, o.Mark.Seen, o.Mark.Age = before.Received, before.Seen, before.Age
	}
	return nil
}

// heldKey is the key of the activation that is held, by a file or by an answer.
func (c *Client) heldKey(o *offline) ed25519.PrivateKey {
	if len(o.Seed) == ed25519.SeedSize {
		return ed25519.NewKeyFromSeed(o.Seed)
	}
	if h := c.snapshot(); h.answer != nil && h.damage == nil {
		return h.key
	}
	return nil
}

// heldSerial is the serial that is held, by a file or by an answer, and of when it is.
func (c *Client) heldSerial(o *offline) (int64, time.Time) {
	serial, since := o.Mark.Serial, time.Unix(o.Mark.Answered, 0)
	if h := c.snapshot(); h.answer != nil && h.damage == nil && (o.File == "" || h.answer.license.Serial > serial) {
		return max(serial, h.answer.license.Serial), h.answer.IssuedAt
	}
	return serial, since
}

// toldApart says two instants so that people see which is the later one.
func toldApart(a, b time.Time) (first, second string) {
	if first, second = dateHere(a), dateHere(b); first == second {
		return momentHere(a), momentHere(b)
	}
	return first, second
}

// findDocument gives the one document of these types in a text.
func findDocument(text []byte, types ...string) ([]byte, error) {
	found, err := signed.Find(text)
	if err != nil {
		return nil, sayFound(err)
	}
	for _, f := range found {
		if f.Request == nil && slices.Contains(types, f.Type) {
			return f.Document, nil
		}
	}
	if found[0].Request != nil {
		return nil, errors.New("client: this is a request, which the vendor answers with a file; install that one")
	}
	return nil, fmt.Errorf("client: this is a %s, which belongs elsewhere", wordOf(found[0].Type))
}

func sayFound(err error) error {
	cut := (*signed.CutError)(nil)
	switch {
	case errors.As(err, &cut):
		return fmt.Errorf("client: %w; copy it whole", err)
	case errors.Is(err, signed.ErrNothing):
		return errors.New("client: there is no file of the licence server in this text")
	}
	return fmt.Errorf("client: %w", err)
}

func wordOf(typ string) string {
	switch typ {
	case signed.TypeLicense:
		return "licence file"
	case signed.TypeLicenseRefresh:
		return "refresh file"
	case signed.TypeReceipt:
		return "receipt"
	}
	return "file of another kind (" + typ + ")"
}

// The tombstones are the activations that were given up here. They lie outside the state
// folder, so that putting an old copy of that back revives nothing.

func (c *Client) tombstoneFile() (folder, string, error) {
	sum := sha256.Sum256([]byte("chancery tombstones\n" + c.cfg.ProductID + "\n" + c.id))
	name := hex.EncodeToString(sum[:8])
	if dir := c.cfg.TombstoneDir; dir != "" {
		return folder(dir), name, os.MkdirAll(dir, 0o700)
	}
	if dir, err := os.UserConfigDir(); err == nil {
		dir = filepath.Join(dir, "chancery-devices")
		if os.MkdirAll(dir, 0o700) == nil {
			return folder(dir), name, nil
		}
	}
	return c.dir, "given_up", nil // a system user without a home: one place is better than none
}

const maxTombstones = 256

func (c *Client) tombstones() ([]string, error) {
	dir, name, err := c.tombstoneFile()
	if err != nil {
		return nil, err
	}
	text, err := dir.read(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return strings.Fields(string(text)), err
}

func (c *Client) bury(activation string) error {
	ended, err := c.tombstones()
	if err != nil || slices.Contains(ended, activation) {
		return err
	}
	dir, name, err := c.tombstoneFile()
	if err != nil {
		return err
	}
	ended = append(ended, activation)
	return dir.write(name, []byte(strings.Join(ended[max(0, len(ended)-maxTombstones):], "\n")+"\n"))
}
