package demo

import (
	"fmt"
	"strconv"
	"time"

	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// How far back the days are told on which clients report, consume and open sessions.
const (
	reportDays  = 60
	reporters   = 25 // clients that report what they use
	pageHolders = 4  // licences that consume
	sharers     = 12 // floating licences whose sessions are opened
)

// planDaily plans what happens every working day: one transaction for each.
func (h *historian) planDaily() {
	holders := append(h.planPages(), h.owned.clients...)
	for back := reportDays; back >= 0; back-- {
		when := h.end.Add(-days(back)).Truncate(24 * time.Hour).Add(9 * time.Hour)
		if back == 0 {
			when = h.end.Add(-3 * time.Minute) // some sessions are open when the demo begins
		}
		if weekday := when.Weekday(); back > 0 && (weekday == time.Saturday || weekday == time.Sunday) {
			continue
		}
		clients := tx.Actor{Kind: "client", Name: "Simulated clients"}
		h.at(when, clients, func(t tx.Tx) error {
			if err := h.report(t, back); err != nil {
				return err
			}
			return h.consume(t, holders)
		})
		for i, l := range h.shared[:min(len(h.shared), sharers)] {
			h.at(when.Add(-time.Duration(i*11)*time.Minute), clients, func(t tx.Tx) error { return h.share(t, l, back) })
		}
	}
}

// report lets clients of Press Studio tell what they used.
func (h *historian) report(t tx.Tx, back int) error {
	n := 0
	for _, v := range h.visitors {
		if v.activation == nil || n == reporters {
			continue
		}
		n++
		who := metering.Reporter{Vendor: h.c.Vendor, ClientID: v.id, TokenKey: v.activation.TokenKey}
		grown := int64(reportDays - back)
		if _, err := h.c.Usage.Report(t, who, []metering.Report{
			{Feature: metering.Named{Name: "PDF exports"}, Value: (1 + h.rand.Int64N(8+grown/10)) * terms.Unit},
			{Feature: metering.Named{Name: "Pages laid out"}, Value: (5 + h.rand.Int64N(40)) * terms.Unit},
		}); err != nil {
			return err
		}
		if _, err := h.c.Usage.Analyse(t, who, []metering.Analytical{
			{Field: h.fields[0], Value: strconv.Itoa(2 + h.rand.IntN(12)), IsNumber: true},
			{Field: h.fields[1], Value: []string{"English", "German", "French", "English", "Dutch"}[n%5]},
		}); err != nil {
			return err
		}
	}
	return nil
}

// share lets clients of a floating licence open sessions, which lapse by themselves;
// on some days one too many asks.
func (h *historian) share(t tx.Tx, l *story, back int) error {
	for k := range 2 + h.rand.IntN(5) {
		if back == 0 && k == 4 {
			break
		}
		if _, err := h.c.Sessions.Open(t, floating.Call{
			Vendor: h.c.Vendor, Presented: l.license.LicenseKey.String(), ClientID: fmt.Sprintf("seat-%03d-%d", l.number, k+1),
		}); err != nil {
			return err
		}
	}
	return nil
}

// planPages plans licences that consume.
func (h *historian) planPages() []*visitor {
	holders := make([]*visitor, 0, pageHolders)
	for n := range pageHolders {
		v := &visitor{id: fmt.Sprintf("proofs-%d", n+1), client: licensing.Client{
			Name: fmt.Sprintf("proofs %d", n+1), Hostname: fmt.Sprintf("proofs-%d.example.com", n+1), Platform: "linux/amd64",
			OperatingSystem: "Debian 12", SoftwareVersion: "2026.3", Address: "203.0.113.77", Country: "DE",
		}}
		holders = append(holders, v)
		h.at(h.end.Add(-days(reportDays+5)), staff(), func(t tx.Tx) error {
			l, err := h.c.Licenses.Issue(t, licensing.IssueCommand{
				Vendor: h.c.Vendor, Edition: h.editions.pages.UUID, Customer: h.customers[h.buyers[n].name], Name: "Pages, " + desk(n),
			})
			if err != nil {
				return err
			}
			out, err := h.c.Licenses.Activate(t, licensing.ActivateCommand{
				Vendor: h.c.Vendor, Product: l.Product.UUID, Key: licensing.Key{UUID: l.LicenseKey}, ClientID: v.id, Client: v.client,
			})
			if err == nil && out.Refusal == nil {
				v.activation = out.State.Activation
			}
			return err
		})
	}
	h.facts.Licenses += pageHolders
	h.facts.Activations += pageHolders
	return holders
}

// consume counts the pages of a day; towards the end of the month some are refused.
func (h *historian) consume(t tx.Tx, holders []*visitor) error {
	for _, v := range holders {
		if v.activation == nil {
			continue
		}
		if _, _, err := h.c.Meters.Consume(t, metering.ConsumeCommand{
			Vendor: h.c.Vendor, ClientID: v.id, TokenKey: v.activation.TokenKey, Entries: []metering.Asked{{
				Limitation: h.pages, Value: (60 + h.rand.Int64N(340)) * terms.Unit, ExternalID: v.id + t.Now().Format("-20060102"),
			}},
		}); err != nil {
			return err
		}
	}
	return nil
}

// define makes the fields that clients of a product report.
func (h *historian) define(t tx.Tx, product ident.UUID) error {
	for i, d := range []metering.Definition{{Name: "Documents open", IsNumber: true}, {Name: "Language"}} {
		d.Kind = metering.FieldDefinition
		made, err := h.c.Usage.Define(t, h.c.Vendor, product, d)
		if err != nil {
			return err
		}
		h.fields[i] = made.UUID
	}
	return nil
}
