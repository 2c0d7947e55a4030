package prepaid_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/recheck"
	prepaidstore "chancery/internal/store/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// countedReader counts what heartbeats read.
type countedReader struct {
	prepaidstore.Store

	presence, devices atomic.Int64
}

func (c *countedReader) AnyDevice(ctx context.Context, v ident.VendorID) (bool, error) {
	c.presence.Add(1)
	return c.Store.AnyDevice(ctx, v)
}

func (c *countedReader) Found(ctx context.Context, v ident.VendorID, keys []string) (map[string]prepaid.Found, error) {
	c.devices.Add(1)
	return c.Store.Found(ctx, v, keys)
}

// Heartbeats of a vendor without prepaid devices read nothing, nor do those of a device that
// has time left; a device that has none is read each time.
func TestWhatAHeartbeatReads(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		rows := &countedReader{Store: b.rows}
		presence := prepaid.NewPresence(recheck.NewWatch(e.Clock, e.DB.ChangeCount), b.rows, rows)
		service, err := prepaid.New(prepaid.Config{
			Store: b.rows, Reader: rows, Machines: b.machines(t), Runner: e.DB, IDs: b.IDs, Presence: presence,
		})
		if err != nil {
			t.Fatal(err)
		}
		beats := prepaid.NewHeartbeats(prepaid.Reports{Service: service, Hearing: b.hearings}, presence)
		beat := func(want prepaid.Dark) {
			t.Helper()
			if dark, err := beats.Heartbeat(t.Context(), b.Vendor, "0-0356 938"); err != nil || dark != want {
				t.Errorf("the heartbeat: %v, %v, want %v", dark, err, want)
			}
			if dark := storetest.Do(t, e, func(x tx.Tx) (prepaid.Dark, error) { return beats.Blacklisted(x, b.Vendor, "356938") }); dark != want {
				t.Errorf("another call: %v, want %v", dark, want)
			}
		}
		reads := func(presence, devices int64) {
			t.Helper()
			if p, d := rows.presence.Swap(0), rows.devices.Swap(0); p != presence || d != devices {
				t.Errorf("%d reads of whether there are devices and %d of devices, want %d and %d", p, d, presence, devices)
			}
		}
		for range 20 {
			beat(prepaid.NotDark)
			e.Clock.Advance(time.Minute)
		}
		reads(1, 0)

		// Another copy of the server makes the first device.
		b.device(t, "356938", b.shop)
		e.Clock.Advance(2 * time.Second)
		beat(prepaid.DarkNoCard)
		reads(1, 1)
		card := b.issue(t, "TR-30", 1, 2, &b.shop)[0]
		storetest.Do(t, e, b.bind(b.admin(b.shop), card, "356938"))
		for range 20 {
			beat(prepaid.NotDark)
			e.Clock.Advance(time.Minute)
		}
		reads(0, 1)
		b.wants(t, card, prepaid.InUse, 1)
		e.Clock.Advance(day)
		beat(prepaid.NotDark)
		e.Clock.Advance(day)
		beat(prepaid.DarkNoDays)
		beat(prepaid.DarkNoDays)
		reads(0, 3)
		if err := b.hearings.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT outcome FROM prepaid_heard`); n != int(prepaid.DarkNoDays) {
			t.Errorf("it is noted as heard and answered %d", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_unknown`); n != 0 {
			t.Errorf("%d client ids stand among the unknown numbers of devices", n)
		}
		storetest.Sound(t, e)
	})
}

// A heartbeat counts at once where this copy of the server has made the first device, within
// the second in which others may not know of it.
func TestTheFirstDeviceIsKnownAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		presence := prepaid.NewPresence(recheck.NewWatch(e.Clock, e.DB.ChangeCount), b.rows, b.rows)
		service, err := prepaid.New(prepaid.Config{
			Store: b.rows, Reader: b.rows, Machines: b.machines(t), Runner: e.DB, IDs: b.IDs, Presence: presence,
		})
		if err != nil {
			t.Fatal(err)
		}
		b.service = service
		beats := prepaid.NewHeartbeats(prepaid.Reports{Service: service, Hearing: b.hearings}, presence)
		for _, want := range []prepaid.Dark{prepaid.NotDark, prepaid.DarkNoCard} {
			if dark, err := beats.Heartbeat(t.Context(), b.Vendor, "356938"); err != nil || dark != want {
				t.Errorf("%v, %v, want %v", dark, err, want)
			}
			if want == prepaid.NotDark {
				b.device(t, "356938", b.shop)
			}
		}
	})
}
