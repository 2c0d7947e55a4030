package cli

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"chancery/internal/setup"
	"chancery/internal/tx"
	"chancery/internal/wiring"
	"chancery/signed"
)

// rootCommand holds what is done with a root key. Only draft and publish need the
// database: make and sign run on any computer, best on one without a network.
type rootCommand struct {
	Make    rootMake    `cmd:"" help:"Make a root key, in a file of its own; keep it off the server."`
	Draft   rootDraft   `cmd:"" help:"Print the list of a vendor's signing keys that is to be signed next."`
	Sign    rootSign    `cmd:"" help:"Sign a draft with the root key; needs no database."`
	Publish rootPublish `cmd:"" help:"Give a signed list to the server, which puts it into every file."`
}

type rootMake struct {
	Out  string `help:"The file to write." required:"" type:"path" placeholder:"FILE"`
	JSON bool   `help:"Print JSON."`
}

// Run implements the command.
func (c *rootMake) Run(s streams) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return setup.Wrong("The root key could not be written; name a file that is not there yet.", err)
	}
	_, err = io.WriteString(file, base64.RawURLEncoding.EncodeToString(private.Seed())+"\n")
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]string{"root_public_key": signed.FormatKey(public)})
	}
	fmt.Fprintf(s.out, "Root key in %s: keep it, with a copy, where no server is. Programs pin its public key\n%s\n", c.Out, signed.FormatKey(public))
	return nil
}

type rootDraft struct {
	ofVendor

	Revoke []string `help:"Id of a signing key that was stolen; may be repeated."`
}

// Run implements the command.
func (c *rootDraft) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		draft, err := r.Keyring.Draft(ctx, v.ID, c.Revoke, r.Clock.Now())
		if err != nil {
			return setup.Of(err)
		}
		return printJSON(s.out, draft)
	})
}

type rootSign struct {
	Draft   string `arg:"" help:"The file with the draft."`
	RootKey string `help:"The file with the root key." required:"" type:"path" placeholder:"FILE"`
}

// Run implements the command.
func (c *rootSign) Run(s streams) error {
	text, err := os.ReadFile(c.Draft)
	if err != nil {
		return setup.Wrong("The draft could not be read.", err)
	}
	var draft signed.KeyList
	if err := json.Unmarshal(text, &draft); err != nil {
		return setup.Wrong("This is no draft; `chancery key root draft` prints one.", err)
	}
	seed, err := os.ReadFile(c.RootKey)
	if err != nil {
		return setup.Wrong("The root key could not be read.", err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(string(seed)))
	if err != nil || len(raw) != ed25519.SeedSize {
		return setup.Wrong("This is no root key; `chancery key root make` writes one.", err)
	}
	root, err := signed.NewSigner(ed25519.NewKeyFromSeed(raw))
	if err != nil {
		return err
	}
	list, err := draft.Sign(root)
	if err != nil {
		return setup.Wrong("The draft is not of its form; `chancery key root draft` prints one.", err)
	}
	fmt.Fprintln(s.out, string(list))
	return nil
}

type rootPublish struct {
	ofVendor

	List string `arg:"" help:"The file with the signed list."`
	Root string `help:"The root key's public key, with the first list." placeholder:"KEY"`
}

// Run implements the command.
func (c *rootPublish) Run(s streams) error {
	text, err := os.ReadFile(c.List)
	if err != nil {
		return setup.Wrong("The list could not be read.", err)
	}
	var root ed25519.PublicKey
	if c.Root != "" {
		if root, err = signed.ParseKey(c.Root); err != nil {
			return setup.Wrong("--root must be the root key's public key, as 43 characters of base64url.", err)
		}
	}
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		var l signed.KeyList
		if err := r.DB.Run(ctx, func(t tx.Tx) (err error) {
			l, err = r.Keyring.Publish(t, v.ID, v.UUID, root, strings.TrimSpace(string(text)))
			return err
		}); err != nil {
			return setup.Of(err)
		}
		fmt.Fprintf(s.out, "List %d is published: every file brings it from now on.\n", l.Number)
		return nil
	})
}
