package cli

import (
	"context"
	"encoding/base64"
	"fmt"
	"text/tabwriter"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/listing"
	"chancery/internal/setup"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/tx"
	"chancery/internal/visible"
	"chancery/internal/wiring"
)

type keyCommand struct {
	Create        keyCreate     `cmd:"" help:"Create an API key. Its secret is printed once."`
	List          keyList       `cmd:"" help:"List a vendor's API keys and signing keys."`
	Revoke        keyRevoke     `cmd:"" help:"Revoke an API key."`
	RotateSigning rotateSigning `cmd:"" help:"Make a new signing key. New API keys name it; old ones keep theirs until it is retired."`
	RetireSigning retireSigning `cmd:"" help:"Take an old signing key out of use."`
	Root          rootCommand   `cmd:"" help:"Lists of signing keys, signed by a root key that need not be on the server."`
	RotateMaster  rotateMaster  `cmd:"" help:"Seal everything in the database under a new master key, also while the server runs."`
}

// ofVendor is what commands on one vendor begin with.
type ofVendor struct {
	storageFlags

	Vendor string `arg:"" help:"Id, slug or name of the vendor."`
}

type keyCreate struct {
	ofVendor

	Kind       string   `help:"For programs, the back office, sending usage events, or reading them." enum:"provisioning,admin,ingest,read" required:""`
	Name       string   `help:"What to call it." required:""`
	Permission []string `help:"What it may do, instead of what its kind usually may."`
	JSON       bool     `help:"Print JSON."`
}

// Run implements the command.
func (c *keyCreate) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		create := identity.CreateAPIKey{Kind: identity.KeyKind(c.Kind), Name: c.Name}
		for _, p := range c.Permission {
			create.Permissions = append(create.Permissions, identity.Permission(p))
		}
		answer := map[string]string{}
		if create.Kind == identity.Provisioning {
			newest, err := r.Keyring.Newest(ctx, v.ID)
			if err != nil {
				return err
			}
			create.Ed25519Key, create.RSAKey = newest.Ed25519Key, newest.RSAKey
			pem, err := newest.PEM()
			if err != nil {
				return err
			}
			answer["ed25519_public_key"] = base64.RawURLEncoding.EncodeToString(newest.Ed25519)
			answer["rsa_public_key_pem"] = string(pem)
		}
		var secret string
		var k identity.APIKey
		if err := r.DB.Run(ctx, func(t tx.Tx) (err error) {
			k, secret, err = r.APIKeys.Create(t, identity.Operator(v.ID), create)
			return err
		}); err != nil {
			return setup.Of(err)
		}
		if c.JSON {
			answer["key_id"], answer["secret"] = k.UUID.String(), secret
			return printJSON(s.out, answer)
		}
		fmt.Fprintf(s.out, "Key     %s\nSecret  %s\n\nThe secret is shown this once.\n", k.UUID, secret)
		if pinned := answer["ed25519_public_key"]; pinned != "" {
			fmt.Fprintf(s.out, "Programs with this key pin the Ed25519 public key %s\nor, as SLASCONE's clients do, the RSA public key\n%s",
				pinned, answer["rsa_public_key_pem"])
		}
		return nil
	})
}

type keyList struct {
	ofVendor

	JSON bool `help:"Print JSON."`
}

type keyRows struct {
	APIKeys     []apiKeyRow     `json:"api_keys"`
	SigningKeys []signingKeyRow `json:"signing_keys"`
}

type apiKeyRow struct {
	KeyID       string                `json:"key_id"`
	Kind        identity.KeyKind      `json:"kind"`
	Name        string                `json:"name"`
	Hint        string                `json:"hint"`
	Permissions []identity.Permission `json:"permissions"`
	CreatedAt   string                `json:"created_at"`
	Revoked     bool                  `json:"revoked"`
}

type signingKeyRow struct {
	KID       string       `json:"kid"`
	Kind      keyring.Kind `json:"kind"`
	CreatedAt string       `json:"created_at"`
	Retired   bool         `json:"retired"`

	RetiredAt   string `json:"retired_at,omitempty"`
	DestroyedAt string `json:"destroyed_at,omitempty"` // when the private part was
}

// Run implements the command.
func (c *keyList) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		rows, err := c.rows(ctx, r)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(s.out, rows)
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "KEY\tKIND\tNAME\tHINT\tCREATED\tSTATE")
		for _, k := range rows.APIKeys {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", k.KeyID, k.Kind, visible.Text(k.Name), k.Hint, k.CreatedAt, state(k.Revoked, "revoked"))
		}
		fmt.Fprintln(w, "\nSIGNING KEY\tKIND\tCREATED\tSTATE")
		for _, k := range rows.SigningKeys {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.KID, k.Kind, k.CreatedAt, k.state())
		}
		return w.Flush()
	})
}

func (c *keyList) rows(ctx context.Context, r *wiring.Rooms) (rows keyRows, err error) {
	v, err := vendorOf(ctx, r, c.Vendor)
	if err != nil {
		return rows, err
	}
	for cursor := ""; ; {
		request, err := listing.Parse(listing.MaxLimit, "", cursor, identitystore.APIKeySorts()...)
		if err != nil {
			return rows, err
		}
		page, err := r.APIKeyRows.List(ctx, v.ID, request)
		if err != nil {
			return rows, err
		}
		for _, k := range page.Items {
			rows.APIKeys = append(rows.APIKeys, apiKeyRow{k.UUID.String(), k.Kind, k.Name, k.Hint, k.Permissions, instant(k.CreatedAt), k.RevokedAt != nil})
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	keys, err := r.Keyring.Keys(ctx, v.ID)
	for _, k := range keys {
		row := signingKeyRow{KID: k.KID, Kind: k.Kind, CreatedAt: instant(k.CreatedAt), Retired: k.Retired()}
		if k.Retired() {
			row.RetiredAt = instant(k.RetiredAt)
		}
		if k.Destroyed() {
			row.DestroyedAt = instant(k.DestroyedAt)
		}
		rows.SigningKeys = append(rows.SigningKeys, row)
	}
	return rows, err
}

func (k signingKeyRow) state() string {
	if k.DestroyedAt != "" {
		return "retired, destroyed " + k.DestroyedAt
	}
	return state(k.Retired, "retired")
}

func state(over bool, word string) string {
	if over {
		return word
	}
	return "in use"
}

type keyRevoke struct {
	ofVendor

	Key string `arg:"" help:"Id of the API key."`
}

// Run implements the command.
func (c *keyRevoke) Run(s streams) error {
	id, err := ident.ParseUUID(c.Key)
	if err != nil {
		return setup.Wrong("The key is named by its id, which `chancery key list` shows.", err)
	}
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		if err := r.DB.Run(ctx, func(t tx.Tx) error { _, err := r.APIKeys.Revoke(t, identity.Operator(v.ID), id); return err }); err != nil {
			return setup.Of(err)
		}
		fmt.Fprintln(s.out, "Revoked. Running servers refuse it within a second.")
		return nil
	})
}

type rotateSigning struct {
	ofVendor

	Kind string `arg:"" help:"ed25519, rsa, x25519, documents or mlkem768-x25519." enum:"ed25519,rsa,x25519,documents,mlkem768-x25519"`
}

// Run implements the command.
func (c *rotateSigning) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		material, err := keyring.Generate(keyring.Kind(c.Kind))
		if err != nil {
			return err
		}
		if err := r.DB.Run(ctx, func(t tx.Tx) error { _, err := r.Keyring.Create(t, v.ID, v.UUID, material); return err }); err != nil {
			return err
		}
		fmt.Fprintln(s.out, "A new signing key is in use. `chancery key create` makes API keys that it answers;\n"+
			"API keys that exist keep theirs until they are revoked and `chancery key retire-signing` ends it.")
		return nil
	})
}

type retireSigning struct {
	ofVendor

	// A flag, because every 64th begins with a hyphen.
	KID string `name:"kid" required:"" help:"Id of the signing key, as key list shows it."`
}

// Run implements the command.
func (c *retireSigning) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		if err := r.DB.Run(ctx, func(t tx.Tx) error { return r.Keyring.Retire(t, v.ID, c.KID) }); err != nil {
			return setup.Of(err)
		}
		fmt.Fprintln(s.out, "Retired. A running server destroys its private part --keep-retired-keys days from now.")
		return nil
	})
}
