package demo

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"chancery/client"
)

// How many simulated clients there are.
const (
	fleetFirst = 4
	fleetLeast = 3
	fleetMost  = 8
)

// Fleet is a handful of simulated clients of one licence.
type Fleet struct {
	BaseURL, VendorID, ProductID, ProvisioningKey string

	PublicKey  ed25519.PublicKey
	LicenseKey string
	Dir        string // for the clients' state

	Gateway Gateway // of the prepaid devices

	// Beat lets one client do something; it is read until the context ends.
	Beat <-chan time.Time
	// Say is told what was done, one line each; it may be nil.
	Say func(line string)

	members []*member
	made    int
	turn    int
}

type member struct {
	name    string
	licence *client.Client
}

// Run lets the clients live until ctx ends, and then closes them. What goes
// wrong with one is said, and ends nothing.
func (f *Fleet) Run(ctx context.Context) {
	defer func() {
		for _, m := range f.members {
			_ = m.licence.Close() // it never fails
		}
	}()
	for range fleetFirst {
		f.join(ctx)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.Beat:
			f.step(ctx)
			if err := f.Gateway.step(ctx); err != nil {
				f.say("the gateway of the prepaid devices", err)
			}
		}
	}
}

// step lets one client do something: mostly a heartbeat, now and then one comes or goes.
func (f *Fleet) step(ctx context.Context) {
	f.turn++
	switch {
	case f.turn%4 == 3 && len(f.members) < fleetMost:
		f.join(ctx)
	case f.turn%6 == 4 && len(f.members) > fleetLeast:
		f.leave(ctx)
	case len(f.members) > 0:
		m := f.members[f.turn%len(f.members)]
		_, err := m.licence.Heartbeat(ctx)
		f.say(m.name+" sent a heartbeat", err)
	default:
		f.join(ctx)
	}
}

func (f *Fleet) join(ctx context.Context) {
	f.made++
	name := fmt.Sprintf("press-%02d", f.made)
	licence, err := client.New(client.Config{
		BaseURL: f.BaseURL, VendorID: f.VendorID, ProductID: f.ProductID, ProvisioningKey: f.ProvisioningKey,
		PublicKeys: []ed25519.PublicKey{f.PublicKey}, StateDir: filepath.Join(f.Dir, name),
		ClientID: "simulated-" + name, ClientName: name, Hostname: name + ".example.com", SoftwareVersion: "3.4.0",
	})
	if err != nil {
		f.say(name, err)
		return
	}
	if _, err := licence.Activate(ctx, f.LicenseKey); err != nil {
		f.say(name, errors.Join(err, licence.Close()))
		return
	}
	f.members = append(f.members, &member{name, licence})
	f.say(name+" activated", nil)
}

func (f *Fleet) leave(ctx context.Context) {
	m := f.members[0]
	err := m.licence.Deactivate(ctx)
	if err == nil {
		f.members = f.members[1:]
		err = m.licence.Close()
	}
	f.say(m.name+" gave its activation up", err)
}

func (f *Fleet) say(line string, err error) {
	if f.Say == nil || errors.Is(err, context.Canceled) {
		return
	}
	if err != nil {
		line += ": " + err.Error()
	}
	f.Say(line)
}
