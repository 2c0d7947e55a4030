package prepaid_test

import (
	"strings"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Many cards are bound at once, all or none; a refusal names each line and why. A device
// without a card in its line gets the oldest that fits, each another one.
func TestBindingMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.code(t, "OTHER", 5, prepaid.Daily, "VT*")
		other := b.issue(t, "OTHER", 1, 0, &b.shop)[0]
		cards := b.issue(t, "TR-30", 4, 0, &b.shop)
		above, rival := b.issue(t, "TR-30", 1, 0, &b.mid)[0], b.issue(t, "TR-30", 1, 0, &b.rival)[0]
		for _, number := range []string{"1", "2", "3", "4", "5", "6"} {
			b.device(t, number, b.shop)
		}
		b.device(t, "9", b.rival)
		many := func(by prepaid.By, pairs ...prepaid.Pair) ([]prepaid.Paired, error) {
			var bound []prepaid.Paired
			err := e.DB.Run(t.Context(), func(x tx.Tx) (err error) {
				bound, err = b.service.BindMany(x, by, pairs)
				return err
			})
			return bound, err
		}
		shop := b.admin(b.shop)
		wrong := []prepaid.Pair{
			{Card: cards[0], Device: "1"},
			{Card: cards[0], Device: "2"},
			{Card: cards[1], Device: "0-0 1"},
			{Card: other, Device: "3"},
			{Card: rival, Device: "4"},
			{Device: "9"},
			{Card: "K7MD", Device: "5"},
			{Device: "3.56E+14"},
		}
		looked := storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Paired, error) { return b.service.LookAtPairs(x, shop, wrong) })
		_, err := many(shop, wrong...)
		if fault.As(err).Code != "lines_refused" || len(fault.As(err).Fields) != 7 {
			t.Fatalf("refused: %v, %+v", err, fault.As(err))
		}
		told := map[int]string{}
		for i, want := range []string{"", "named twice", "named twice", "model", "no card", "no device", "not a card number", "spreadsheet"} {
			if why := looked[i].Why(); (why == "") != (want == "") || !strings.Contains(strings.ToLower(why), strings.TrimPrefix(want, "no ")) {
				t.Errorf("line %d: %q, want %q", i+1, why, want)
			}
			told[i+1] = looked[i].Why()
		}
		for _, f := range fault.As(err).Fields {
			line, why, _ := strings.Cut(strings.TrimPrefix(f.Message, "line "), ": ")
			if told[int(line[0]-'0')] != why {
				t.Errorf("the refusal says %q, and the preview %v", f.Message, told)
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_bindings`); n != 0 {
			t.Errorf("%d cards were bound, although some lines are refused", n)
		}

		// The second card is named further below, and left to that line.
		bound, err := many(shop, prepaid.Pair{Device: "1"}, prepaid.Pair{Device: "2"}, prepaid.Pair{Card: cards[1], Device: "3"})
		if err != nil || len(bound) != 3 {
			t.Fatal(bound, err)
		}
		for i, want := range []string{cards[0], cards[2], cards[1]} {
			if bound[i].Card.Number != want {
				t.Errorf("line %d got %s, want %s of %v", i+1, bound[i].Card.Number, want, cards)
			}
			b.wants(t, want, prepaid.Inactive, 30)
		}
		_, err = many(shop, prepaid.Pair{Device: "4"}, prepaid.Pair{Device: "5"})
		if f := fault.As(err).Fields; len(f) != 1 || !strings.HasPrefix(f[0].Message, "line 2: No Unused card") {
			t.Errorf("one card for two devices: %v, %+v", err, f)
		}

		// A superior's own card passes down; it may not touch those below.
		if _, err := many(b.admin(b.mid), prepaid.Pair{Card: above, Device: "4"}); err != nil {
			t.Error(err)
		}
		if c := b.card(t, above); c.Holder != b.shop.ID {
			t.Errorf("the superior's card belongs to %d", c.Holder)
		}
		if _, err := many(b.admin(b.mid), prepaid.Pair{Card: cards[3], Device: "5"}); fault.As(err).Code != "lines_refused" {
			t.Errorf("a superior binds a card that is not its own: %v", err)
		}
		if _, err := many(b.person(b.shop, prepaid.Viewer), prepaid.Pair{Device: "5"}); fault.As(err).Code != "lines_refused" {
			t.Errorf("a viewer binds: %v", err)
		}
		storetest.Sound(t, e)
	})
}

// Many who bind the stock of one owner at once get different cards, each device one.
func TestBindingManyAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.issue(t, "TR-30", 40, 0, &b.shop)
		const callers, each = 8, 5
		devices := make([][]prepaid.Pair, callers)
		for i := range callers {
			for j := range each {
				number := "7" + string(rune('a'+i)) + string(rune('a'+j))
				b.device(t, number, b.shop)
				devices[i] = append(devices[i], prepaid.Pair{Device: number})
			}
		}
		together(callers, func(i int) {
			if err := e.DB.Run(t.Context(), func(x tx.Tx) error {
				_, err := b.service.BindMany(x, b.admin(b.shop), devices[i])
				return err
			}); err != nil {
				t.Error(err)
			}
		})
		if n := storetest.Count(t, e, `SELECT COUNT(DISTINCT device_id) FROM prepaid_cards WHERE device_id IS NOT NULL`); n != callers*each {
			t.Errorf("%d devices have a card", n)
		}
		storetest.Sound(t, e)
	})
}
