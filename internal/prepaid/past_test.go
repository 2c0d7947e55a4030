package prepaid_test

import (
	"testing"
	"time"

	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// What a device lives through in memory is what it lives through day by day.
func TestThePastIsAsItWouldHaveBeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.must(t, func(x tx.Tx) error { return b.service.SetGrace(x, b.staff, 1) })
		cards := b.issue(t, "TR-30", 6, 3, &b.shop)
		b.device(t, "1001", b.shop)
		past := []*prepaid.Device{{Number: "00-1002", Model: "GT06N"}, {Number: "1003", Model: "GT06N"}}
		b.must(t, func(x tx.Tx) error { return b.service.MakeDevices(x, b.staff, b.rows, b.shop.ID, past) })
		began := e.Clock.Now()
		life := &prepaid.PastLife{Device: past[0], First: began.Add(2 * time.Hour)}
		untouched := &prepaid.PastLife{Device: past[1], Cards: []prepaid.CardOnIt{{Card: b.card(t, cards[4]), From: began}}}
		for i, after := range []time.Duration{time.Hour, 26 * time.Hour, 9 * day} { // the last one comes late: it pays the day of grace
			life.Cards = append(life.Cards, prepaid.CardOnIt{Card: b.card(t, cards[3*(i/2)+i%2]), From: began.Add(after)})
		}
		life.Cards[1].To = began.Add(7 * day)

		// The same, day by day, with other cards of the same days.
		live := []string{cards[2], cards[5]}
		for step := time.Hour; step <= 12*day; step += time.Hour {
			e.Clock.Advance(began.Add(step).Sub(e.Clock.Now()))
			switch hours := int64(step / time.Hour); hours {
			case 1:
				storetest.Do(t, e, b.bind(b.staff, live[0], "1001"))
			case 26:
				storetest.Do(t, e, b.bind(b.staff, live[1], "1001"))
			case 2:
				b.report(t, "1001")
			case 7 * 24:
				b.must(t, func(x tx.Tx) error { _, err := b.service.Unbind(x, b.staff, live[1]); return err })
			case 9 * 24:
				live = append(live, b.issue(t, "TR-30", 1, 3, &b.shop)...)
				storetest.Do(t, e, b.bind(b.staff, live[2], "1001"))
			}
			b.round(t)
		}
		storetest.Do(t, e, b.bind(b.staff, cards[4], "1003")) // somebody was faster
		now := e.Clock.Now()
		b.must(t, func(x tx.Tx) error {
			return b.service.Live(x, b.Vendor, b.rows, []*prepaid.PastLife{life, untouched}, now)
		})
		was, is := b.deviceNow(t, "1001").State, b.deviceNow(t, "1002").State
		if is.ID = was.ID; is != was {
			t.Errorf("lived in memory: %+v, day by day: %+v", is, was)
		}
		for i, c := range life.Cards {
			was, is := b.card(t, live[i]), b.card(t, c.Card.Number)
			if is.Days != was.Days || !is.ActivatedAt.Equal(was.ActivatedAt) || is.Status() != was.Status() {
				t.Errorf("card %d in memory: %+v, day by day: %+v", i, is, was)
			}
		}
		for _, kind := range []prepaid.DeductionKind{prepaid.Charge, prepaid.Grace, prepaid.Settlement, prepaid.Failed} {
			count := func(d prepaid.Device) int {
				return storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_ledger WHERE kind = $1 AND device_id = $2`, int(kind), d.ID)
			}
			if got, day := count(*past[0]), count(b.deviceNow(t, "1001")); got != day || kind != prepaid.Failed && got == 0 {
				t.Errorf("%d rows of %s in memory, %d day by day", got, kind, day)
			}
		}
		b.wants(t, cards[4], prepaid.Inactive, 3)
		storetest.Sound(t, e)
	})
}
