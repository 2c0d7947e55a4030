package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
)

// history is how far back the data goes.
const history = 540 * 24 * time.Hour

// Config is what making the history needs; all of it is required.
type Config struct {
	Runner    tx.Runner
	Catalog   *catalog.Service
	Customers *customers.Service
	Licenses  *licensing.Service
	Sessions  *floating.Service
	Meters    *metering.Service
	Usage     *metering.Usage
	Past      licensing.Past
	Prepaid   *prepaid.Service

	PrepaidPast prepaid.Past
	Hearing     prepaid.Hearing

	Clock  *Clock // the services' own
	Crowd  int    // how many licences are stored at once; Crowd is a good number
	IDs    ident.Source
	Vendor ident.VendorID
}

// Facts is what there is to try.
type Facts struct {
	Customers, Licenses, Activations int

	ProductID, EditionID, CustomerID ident.UUID         // to issue another licence
	Spare, Metered, Shared           *licensing.License // one of each kind, to try with
	Fleet                            ident.UUID         // the license key of the simulated clients

	// Owned is the licence of Licensee; FirmID is a customer that has several licences.
	Owned  *licensing.License
	FirmID ident.UUID

	Prepaid PrepaidFacts
}

// Fill makes the history up to the present and lets the clock go live. The data
// is the same every time, but for ids, keys and the day it is reckoned from.
func Fill(ctx context.Context, c Config) (Facts, error) {
	h := &historian{
		c: c, rand: rand.New(rand.NewPCG(20, 26)), //nolint:gosec // the same data every time
		start: c.Clock.Now(), end: c.Clock.present.Now(), customers: map[string]ident.UUID{},
	}
	if err := h.run(ctx, step{h.start, staff(), func(t tx.Tx) (err error) {
		var studio catalog.Product
		studio, h.editions, err = h.stockCatalogue(t)
		h.facts.ProductID, h.facts.EditionID = studio.UUID, h.editions.standard.UUID
		if err != nil {
			return err
		}
		h.pages = h.editions.pages.Grants.Limitations[0].ID
		return h.define(t, studio.UUID)
	}, nil}); err != nil {
		return Facts{}, err
	}
	h.planCustomers()
	h.planLicenses()
	h.planOwned()
	h.planDaily()
	h.planCrowd()
	h.planPrepaid()
	h.planNights()
	slices.SortStableFunc(h.steps, func(a, b *step) int { return a.at.Compare(b.at) })
	for _, s := range h.steps {
		if err := h.run(ctx, *s); err != nil {
			return Facts{}, fmt.Errorf("demo: %w", err)
		}
	}
	h.facts.Customers, h.facts.CustomerID, h.facts.Licenses = len(h.customers), h.customers[h.buyers[0].name], h.facts.Licenses+licenseCount+besides
	h.facts.FirmID = h.customers[h.buyers[1].name]
	for _, v := range h.visitors {
		if v.activation != nil {
			h.facts.Activations++
		}
	}
	if err := h.facts.Prepaid.Lives.First(ctx); err != nil {
		return Facts{}, fmt.Errorf("demo: %w", err)
	}
	c.Clock.goLive()
	return h.facts, nil
}

// historian plans what happened and then lets it happen, in order.
type historian struct {
	c          Config
	rand       *rand.Rand
	start, end time.Time
	steps      []*step
	editions   editions
	buyers     []buyer
	customers  map[string]ident.UUID
	visitors   []*visitor
	shared     []*story      // floating licences
	fields     [2]ident.UUID // what clients analyse
	pages      ident.UUID    // what they consume
	owned      *story        // see planOwned
	facts      Facts
}

type buyer struct {
	name  string
	since time.Time
}

// step is one thing that happened: a change in a transaction, or a heartbeat,
// which makes its own.
type step struct {
	at        time.Time
	actor     tx.Actor
	change    func(t tx.Tx) error
	heartbeat func(ctx context.Context) error
}

// planNights lets the server do what it does by itself, night by night: what a
// silent client held is free when its time is over, and not on the demo's first day.
func (h *historian) planNights() {
	for at := h.start.Truncate(24 * time.Hour).Add(days(1) + 3*time.Hour); at.Before(h.end); at = at.Add(days(1)) {
		h.steps = append(h.steps, &step{at: at, actor: tx.Actor{Kind: "system"}, heartbeat: func(ctx context.Context) error {
			_, err := h.c.Licenses.ReleaseSilent(ctx)
			return err
		}})
	}
}

// staff is who acts where no client does.
func staff() tx.Actor { return tx.Actor{Kind: "system", Name: "Demo staff"} }

func (h *historian) run(ctx context.Context, s step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h.c.Clock.set(s.at)
	ctx = tx.WithActor(ctx, s.actor)
	if s.heartbeat != nil {
		return s.heartbeat(ctx)
	}
	return h.c.Runner.Run(ctx, s.change)
}

func (h *historian) at(when time.Time, who tx.Actor, change func(t tx.Tx) error) {
	h.steps = append(h.steps, &step{at: h.past(when), actor: who, change: change})
}

// during gives an instant within so long after from, in the past.
func (h *historian) during(from time.Time, length time.Duration) time.Time {
	return h.past(from.Add(time.Duration(h.rand.Int64N(int64(length)))))
}

// past keeps what is to happen out of the future.
func (h *historian) past(when time.Time) time.Time {
	if last := h.end.Add(-time.Minute); when.After(last) {
		return last
	}
	return when
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
