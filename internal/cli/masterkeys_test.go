package cli_test

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"chancery/internal/access"
	"chancery/internal/cli"
	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/wiring"
)

// vault is a server whose database holds a sealed value in every column that there is
// for them, on a file of master keys.
type vault struct {
	*servertest.Server

	storage wiring.Storage
	clock   *ident.ManualClock
	vendor  wiring.NewVendor
	secret  string // of the owner's authenticator app
}

func newVault(t *testing.T, storage wiring.Storage) *vault {
	t.Helper()
	v := &vault{clock: ident.NewManualClock(time.Now()), storage: storage}
	v.storage.MasterKey, v.storage.MasterKeyFile, v.storage.Clock = "", filepath.Join(t.TempDir(), "keys", keyring.MasterKeyFile), v.clock
	if _, err := keyring.CreateMasterKeys(v.storage.MasterKeyFile, rand.Reader); err != nil {
		t.Fatal(err)
	}
	v.Server = servertest.Start(t, v.storage, v.configure)
	v.vendor = v.Vendor(t, "Acme")
	v.fill(t)
	return v
}

// configure gives a mail server that nobody hears: mails wait, sealed.
func (v *vault) configure(c *server.Config) {
	c.PublicURL = &url.URL{Scheme: "http", Host: "localhost"}
	c.SMTP, c.MailFrom = &url.URL{Scheme: "smtp", Host: "127.0.0.1:1"}, "licences@example.com"
}

func (v *vault) fill(t *testing.T) {
	t.Helper()
	owner := v.SignIn(t, v.vendor)
	v.secret = strings.ReplaceAll(owner.Post(t, "/account/app", nil).Find(".app-lead .app-mono").Text(), " ", "")
	if p := owner.Post(t, "/account/app/confirm", url.Values{"code": {v.code(t)}}); p.Status != 200 {
		t.Fatalf("an app: %d %s", p.Status, p.Text("main"))
	}
	if p := owner.Post(t, "/account/passkeys/new", url.Values{"name": {"Laptop"}}); p.Find("form[data-passkey]").Length() != 1 {
		t.Fatalf("a passkey: %d %s", p.Status, p.Text("main"))
	}
	if p := owner.Post(t, "/settings/team/invite", url.Values{"email": {"bob@example.com"}, "role": {"admin"}}); p.Status != 200 {
		t.Fatalf("an invitation: %d %s", p.Status, p.Text("main"))
	}
	call := func(path, body string) map[string]any {
		a := v.Do(t, "POST", "/api/v1/"+path, body, "Authorization", "Bearer "+v.vendor.AdminKey, "Idempotency-Key", "one")
		if a.Status/100 != 2 {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		var m map[string]any
		a.JSON(t, &m)
		return m
	}
	hook := call("subscriptions", `{"kind":"webhook","target":"https://hooks.example.com/","events":["customer.created"]}`)
	call("subscriptions/"+hook["id"].(string)+"/rotate-secret", "{}")
	said := call("incoming-webhooks", `{"provider":"Billing"}`)
	call("incoming-webhooks/"+said["id"].(string)+"/rotate-secret", "{}")
	r := v.Program.Rooms()
	by, err := r.Authenticator.Authenticate(t.Context(), v.vendor.AdminKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
		return r.Providers.Set(x, by.Vendor, access.ChangeProvider{Issuer: "https://login.example.com", ClientID: "chancery", Secret: "s3cret", Label: "Login"})
	}); err != nil {
		t.Fatal(err)
	}
}

// code is what the owner's app shows next: each is taken once.
func (v *vault) code(t *testing.T) string {
	t.Helper()
	v.clock.Advance(30 * time.Second)
	code, err := totp.GenerateCode(v.secret, v.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// signIn signs the owner in with the app, at one of the servers.
func (v *vault) signIn(t *testing.T, at *servertest.Server) {
	t.Helper()
	b := at.Browser(t, v.vendor)
	b.Post(t, "/sign-in", url.Values{"email": {v.vendor.OwnerEmail}, "password": {v.vendor.OwnerPassword}, "next": {"/account"}})
	if p := b.Post(t, "/second-factor", url.Values{"code": {v.code(t)}, "next": {"/account"}}); p.Path != "/account" {
		t.Errorf("a sign-in with the app: %d %s %s", p.Status, p.Path, p.Text("main"))
	}
}

// run runs a command beside the servers.
func (v *vault) run(args ...string) (code int, said string) {
	args = append(args, "--master-key-file", v.storage.MasterKeyFile)
	if v.storage.URL != "" {
		args = append(args, "--database", v.storage.URL)
	} else {
		args = append(args, "--data", v.storage.Dir)
	}
	var out bytes.Buffer
	code = cli.Main(args, &out, &out)
	return code, out.String()
}

func (v *vault) must(t *testing.T, says string, args ...string) {
	t.Helper()
	if code, said := v.run(args...); code != 0 || !strings.Contains(said, says) {
		t.Fatalf("%v: %d\n%s\nwithout %q", args, code, said, says)
	}
}

// under counts the values of each column, and those that begin with header.
func (v *vault) under(t *testing.T, header []byte) (all, named map[string]int) {
	t.Helper()
	all, named = map[string]int{}, map[string]int{}
	for _, c := range wiring.SealedColumns() {
		if err := c.Each(t.Context(), v.Program.Rooms().DB, nil, func(s store.SealedValue) {
			all[c.Name()]++
			if bytes.HasPrefix(s.Sealed, header) {
				named[c.Name()]++
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	return all, named
}

func headerOf(t *testing.T, file string) []byte {
	t.Helper()
	s, err := keyring.FollowMasterKeys(file)
	if err != nil {
		t.Fatal(err)
	}
	return s.Header()
}

// The master key is rotated while people sign in with their apps and clients are
// answered; on PostgreSQL at two servers. Then the old one goes.
func TestRotateMasterKey(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVault(t, storage(t))
			servers := []*servertest.Server{v.Server}
			if name == "postgres" {
				servers = append(servers, servertest.Start(t, v.storage, v.configure))
			}
			old := headerOf(t, v.storage.MasterKeyFile)
			all, named := v.under(t, old)
			for _, c := range wiring.SealedColumns() {
				if all[c.Name()] == 0 || all[c.Name()] != named[c.Name()] {
					t.Errorf("%s: %d values, %d name the key", c.Name(), all[c.Name()], named[c.Name()])
				}
			}
			if code, said := v.run("key", "rotate-master", "--remove-old"); code != 0 || !strings.Contains(said, "there is no old one") {
				t.Errorf("there is nothing to remove: %d %s", code, said)
			}

			stop := make(chan struct{})
			signedIn := make(chan struct{})
			var people sync.WaitGroup
			people.Go(func() {
				for n := 0; ; n++ {
					v.signIn(t, servers[n%len(servers)])
					a := servers[n%len(servers)].Do(t, "GET", "/api/v2/isv/"+v.vendor.VendorID+"/provisioning/validate", nil,
						"ProvisioningKey", v.vendor.ProvisioningKey)
					if a.Status >= http.StatusInternalServerError {
						t.Errorf("a client's call: %d %s", a.Status, a.Body)
					}
					select {
					case <-stop:
						return
					case signedIn <- struct{}{}:
					default:
					}
				}
			})
			<-signedIn
			v.must(t, "Nothing is sealed under an old master key", "key", "rotate-master")
			<-signedIn
			v.must(t, "Nothing is wrong", "verify")
			header := headerOf(t, v.storage.MasterKeyFile)
			if bytes.Equal(header, old) {
				t.Error("the master key is the old one")
			}
			if left, _ := v.under(t, header); len(left) != len(all) {
				t.Errorf("columns with values: %v, before %v", left, all)
			}
			v.must(t, "0 values were sealed anew", "key", "rotate-master") // again: nothing is left to do
			v.must(t, "is out of", "key", "rotate-master", "--remove-old")
			<-signedIn
			close(stop)
			people.Wait()
			all, named = v.under(t, header)
			for column, n := range all {
				if named[column] != n {
					t.Errorf("%s: %d of %d values name the new key", column, named[column], n)
				}
			}
			v.must(t, "Nothing is wrong", "verify")
			if info, err := os.Stat(v.storage.MasterKeyFile); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file: %v, %v", info.Mode(), err)
			}
			v.Restart(t)
			v.signIn(t, v.Server)
		})
	}
}

// Without the old key, verify tells which one is missing and where; with it nothing is
// wrong, as after the restore of a backup that was made before a rotation.
func TestVerifyNamesAMissingMasterKey(t *testing.T) {
	t.Parallel()
	v := newVault(t, servertest.SQLite(t))
	file := v.storage.MasterKeyFile
	first, err := keyring.ReadMasterKeys(file)
	if err != nil {
		t.Fatal(err)
	}
	if code, said := v.run("key", "rotate-master"); code != 0 {
		t.Fatal(said)
	}
	v.signIn(t, v.Server)
	stray := headerOf(t, file)
	keys, err := keyring.ReadMasterKeys(file)
	if err != nil {
		t.Fatal(err)
	}
	// A value that a stray transaction has brought under the old key.
	sealer, err := keyring.NewSealer(first...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range wiring.SealedColumns() {
		if c.Name() != "totp_secrets.sealed" {
			continue
		}
		r := v.Program.Rooms()
		if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
			values, err := c.After(store.On(x).Query, "", nil, nil, 1)
			if err != nil {
				return err
			}
			_, err = store.On(x).Exec("UPDATE totp_secrets SET sealed = $1", seal(t, sealer, values[0].Purpose))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if code, said := v.run("key", "rotate-master", "--remove-old"); code != 1 || !strings.Contains(said, "1 values are still sealed") {
		t.Errorf("the old key goes with a value under it: %d %s", code, said)
	}
	if err := keyring.ReplaceMasterKeys(file, keys[:1]); err != nil {
		t.Fatal(err)
	}
	if code, said := v.run("verify"); code != 1 || !strings.Contains(said, "1 of totp_secrets.sealed do not open") || !strings.Contains(said, first[0].ID().String()) {
		t.Errorf("%d %s", code, said)
	}
	if err := keyring.ReplaceMasterKeys(file, keys); err != nil {
		t.Fatal(err)
	}
	v.must(t, "Nothing is wrong", "verify")
	v.must(t, "1 values were sealed anew", "key", "rotate-master")
	if !bytes.Equal(stray, headerOf(t, file)) {
		t.Error("a rotation that was not done makes another key")
	}
}

// A value that opens under no key, because it was damaged, keeps nobody from rotating:
// it is named, and left as it is.
func TestADamagedValueHoldsNoRotationUp(t *testing.T) {
	t.Parallel()
	v := newVault(t, servertest.SQLite(t))
	r := v.Program.Rooms()
	if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
		// The mail waits longer than the test: whoever sends a damaged one gives it up and empties it.
		_, err := store.On(x).Exec("UPDATE mails SET sealed = $1, next_attempt_at = $2",
			append(headerOf(t, v.storage.MasterKeyFile), "nothing that was ever sealed"...), v.clock.Now().Add(24*time.Hour).UnixMilli())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	v.must(t, "1 values do not open and were left as they are", "key", "rotate-master")
	v.must(t, "is out of", "key", "rotate-master", "--remove-old")
	if code, said := v.run("verify"); code != 1 || !strings.Contains(said, "1 of mails.sealed do not open") {
		t.Errorf("%d %s", code, said)
	}
	v.signIn(t, v.Server)
}

// Whatever mode the data directory has, and a key that was put back: what the program
// writes there, and its backups, are for their owner alone.
func TestSecretFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	storage, file := servertest.SQLite(t), filepath.Join(t.TempDir(), "copy.backup")
	key := filepath.Join(storage.Dir, keyring.MasterKeyFile)
	if err := os.WriteFile(key, []byte(servertest.MasterKey(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{storage.Dir: 0o755, key: 0o644} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	s := servertest.Start(t, storage)
	s.Vendor(t, "Acme")
	var out bytes.Buffer
	if code := cli.Main([]string{"backup", file, "--data", storage.Dir}, &out, &out); code != 0 {
		t.Fatal(out.String())
	}
	for _, name := range []string{key, file, filepath.Join(storage.Dir, store.FileName), filepath.Join(storage.Dir, store.FileName+"-wal")} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func seal(t *testing.T, s *keyring.Sealer, purpose string) []byte {
	t.Helper()
	b, err := s.Seal(purpose, []byte("twenty bytes of text"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A column that holds sealed values and that no rotation knows would be lost with the
// old key: neither the schema nor what a server has written may have one.
func TestEverySealedColumnIsRotated(t *testing.T) {
	t.Parallel()
	v := newVault(t, servertest.SQLite(t))
	known := make([]string, 0, len(wiring.SealedColumns()))
	for _, c := range wiring.SealedColumns() {
		known = append(known, c.Name())
	}
	header := headerOf(t, v.storage.MasterKeyFile)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(v.storage.Dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	columns, err := db.QueryContext(t.Context(), `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'BLOB' ORDER BY m.name, c.cid`)
	if err != nil {
		t.Fatal(err)
	}
	defer columns.Close()
	var all [][2]string
	for columns.Next() {
		var c [2]string
		if err := columns.Scan(&c[0], &c[1]); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if err := columns.Err(); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range all {
		name := c[0] + "." + c[1]
		var n int
		if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+c[0]+" WHERE substr("+c[1]+", 1, 9) = $1", header).Scan(&n); err != nil {
			t.Fatal(err)
		}
		sealed := n > 0 || strings.Contains(c[1], "seal") || strings.Contains(c[1], "secret") && !strings.HasSuffix(c[1], "_hash")
		if sealed != slices.Contains(known, name) {
			t.Errorf("%s: %d sealed values; known to the rotation: %t", name, n, !sealed)
		}
		if sealed {
			found++
		}
	}
	if found != len(known) {
		t.Errorf("%d of %d columns are in the schema", found, len(known))
	}
}

// A retired key's end is shown where keys are listed: in the console and by the command.
func TestDestroyedKeysAreShown(t *testing.T) {
	t.Parallel()
	v := newVault(t, servertest.SQLite(t))
	r := v.Program.Rooms()
	by, err := r.Authenticator.Authenticate(t.Context(), v.vendor.AdminKey)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := r.Keyring.Keys(t.Context(), by.Vendor)
	if err != nil {
		t.Fatal(err)
	}
	material, err := keyring.Generate(keyring.X25519)
	if err != nil {
		t.Fatal(err)
	}
	old := keys[slices.IndexFunc(keys, func(k keyring.Key) bool { return k.Kind == keyring.X25519 })].KID
	if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
		if _, err := r.Keyring.Create(x, by.Vendor, by.VendorUUID, material); err != nil {
			return err
		}
		return r.Keyring.Retire(x, by.Vendor, old)
	}); err != nil {
		t.Fatal(err)
	}
	if code, said := v.run("key", "list", "Acme", "--json"); code != 0 || !strings.Contains(said, `"retired_at"`) || strings.Contains(said, `"destroyed_at"`) {
		t.Errorf("retired: %s", said)
	}
	if n, err := r.Keyring.Destroy(t.Context(), r.DB, true, v.clock.Now()); n != 1 || err != nil {
		t.Fatalf("%d destroyed, %v", n, err)
	}
	v.must(t, `"destroyed_at"`, "key", "list", "Acme", "--json")
	v.must(t, "retired, destroyed "+v.clock.Now().UTC().Format("2006-01-02"), "key", "list", "Acme")
	v.must(t, "Nothing is wrong", "verify")
	owner := v.Browser(t, v.vendor)
	owner.Post(t, "/sign-in", url.Values{"email": {v.vendor.OwnerEmail}, "password": {v.vendor.OwnerPassword}})
	owner.Post(t, "/second-factor", url.Values{"code": {v.code(t)}})
	if p := owner.Get(t, "/settings/signing-keys"); !strings.Contains(p.Text("main"), "private part destroyed on") {
		t.Errorf("the console: %d %s", p.Status, p.Text("main"))
	}
}
