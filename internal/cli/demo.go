package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"chancery/internal/demo"
	"chancery/internal/ident"
	"chancery/internal/server"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wiring"
	"chancery/signed"
)

// demoCommand runs the server on invented data.
type demoCommand struct {
	Listen    string `help:"Address to listen on. Default: 127.0.0.1:8080, or a free port if that is taken." placeholder:"HOST:PORT"`
	TestClock bool   `name:"test-clock" help:"Let the clock be moved, to see what time does."`

	Watch bool `help:"Print what the simulated clients do."`

	Licenses int `help:"How many licences to invent; fewer start faster." default:"10300"`
}

const (
	demoAddress = "127.0.0.1:8080"
	demoBeat    = 5 * time.Second
	demoStop    = 10 * time.Second
)

// Run implements the command.
func (c *demoCommand) Run(s streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	beat := time.NewTicker(demoBeat)
	defer beat.Stop()
	log, flush := server.NewLog(s.err, "text", "warn")
	defer flush()
	d := Demo{Listen: c.Listen, Program: os.Args[0], Out: s.out, Log: log, Beat: beat.C, Crowd: max(0, c.Licenses-demo.Told), TestClock: c.TestClock}
	if c.Watch {
		d.Say = func(line string) { fmt.Fprintf(s.out, "%s  %s\n", time.Now().Format("15:04:05"), line) }
	}
	return d.Run(ctx)
}

// Demo is a server on invented data that leaves nothing behind.
type Demo struct {
	Listen  string // host:port; empty for demoAddress, or a free port when that is taken
	Program string // how the printed commands call this program
	Out     io.Writer
	Log     *slog.Logger
	Crowd   int               // how many licences to invent beside those with a story; demo.Crowd is a good number
	Beat    <-chan time.Time  // lets a simulated client do something
	Say     func(line string) // what they do; may be nil

	TestClock bool // the clock can be moved
}

// demoHeld: the demo's years of history are made in large pieces, before anybody calls.
const demoHeld = time.Hour

// Run makes the data, serves until ctx ends, and removes everything.
func (d Demo) Run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "chancery-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	clock := demo.NewClock(ident.SystemClock{})
	a, err := server.New(ctx, server.Config{
		Storage: wiring.Storage{Dir: filepath.Join(dir, "data"), Clock: clock, Hold: demoHeld}, Listen: d.Listen, Log: d.Log, TestClock: d.TestClock,
	})
	if err != nil {
		return err
	}
	defer func() {
		deadline, cancel := context.WithTimeout(context.Background(), demoStop)
		defer cancel()
		err = errors.Join(err, a.Stop(deadline))
	}()
	r := a.Rooms()
	made, err := r.CreateVendor(tx.WithActor(ctx, tx.Actor{Kind: "system", Name: "command line"}),
		vendors.Create{Name: "Demo vendor", Zone: demo.Zone, Plan: vendors.Enterprise}, "owner@example.com")
	if err != nil {
		return err
	}
	vendor, err := vendorOf(ctx, r, made.VendorID)
	if err != nil {
		return err
	}
	facts, err := demo.Fill(ctx, demo.Config{
		Runner: r.DB, Catalog: r.Catalog, Customers: r.Customers, Licenses: r.Licenses,
		Sessions: r.Sessions, Meters: r.Meters, Usage: r.Usage, Past: r.LicenseRows, Clock: clock, IDs: r.IDs, Crowd: d.Crowd, Vendor: vendor.ID,
		Prepaid: r.Prepaid, PrepaidPast: r.PrepaidRows, Hearing: r.Hearings,
	})
	if ctx.Err() != nil {
		return nil // stopped before it was ready
	}
	if err != nil {
		return err
	}
	people, err := demoOwners(ctx, r, vendor, facts)
	if err != nil {
		return err
	}
	if _, err := r.Figures.Count(ctx, vendor.ID, vendor.CreatedAt); err != nil && ctx.Err() == nil { // before anybody looks at them
		return err
	}
	if err := d.start(ctx, a); err != nil {
		return err
	}
	return d.serve(ctx, a, tour{
		Program: shellWord(d.Program), URL: a.URL(), Dir: dir, Vendor: made, Facts: facts, Owners: people,
	})
}

// start listens where it was told to, or where it can.
func (d Demo) start(ctx context.Context, a *server.Server) error {
	if d.Listen != "" {
		return a.Start(ctx)
	}
	if a.StartAt(ctx, demoAddress) == nil {
		return nil
	}
	return a.StartAt(ctx, "127.0.0.1:0")
}

// serve prints what to try and keeps the simulated clients alive until ctx ends.
func (d Demo) serve(ctx context.Context, a *server.Server, t tour) error {
	key, err := signed.ParseKey(t.Vendor.Ed25519PublicKey)
	if err != nil {
		return err
	}
	if err := t.print(d.Out); err != nil {
		return err
	}
	fleet := demo.Fleet{
		BaseURL: t.URL, VendorID: t.Vendor.VendorID, ProductID: t.Facts.ProductID.String(), ProvisioningKey: t.Vendor.ProvisioningKey,
		PublicKey: key, LicenseKey: t.Facts.Fleet.String(), Dir: filepath.Join(t.Dir, "clients"),
		Gateway: demo.Gateway{BaseURL: t.URL, AdminKey: t.Vendor.AdminKey, Lives: t.Facts.Prepaid.Lives}, Beat: d.Beat, Say: d.Say,
	}
	living, end := context.WithCancel(ctx)
	var clients sync.WaitGroup
	clients.Go(func() { fleet.Run(living) })
	clients.Go(func() {
		if err := t.Facts.Prepaid.Lives.Rest(living); err != nil && living.Err() == nil {
			d.Log.Error("the demo's prepaid devices could not be filled in", slog.Any("error", err))
		}
	})
	defer clients.Wait()
	defer end()
	select {
	case <-ctx.Done():
		fmt.Fprintln(d.Out, "\nStopped. The demo's data is removed.")
		return nil
	case err := <-a.Failed():
		return err
	}
}

// shellWord quotes a word for the shell where that is needed.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r == '/' || r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
