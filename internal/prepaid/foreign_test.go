package prepaid_test

import (
	"testing"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// foreign is a bench where the shop has a card, and another one on a device, both of which a
// kiosk below it had before; another shop stands beside it.
type foreign struct {
	*bench

	kiosk, beside customers.Customer
	free, bound   string
	code          prepaid.Code
	rivalCode     string
}

func newForeign(t *testing.T, e storetest.Env) foreign {
	t.Helper()
	f := foreign{bench: newBench(t, e)}
	f.kiosk, f.beside = f.Create(t, "Kiosk", &f.shop), f.Create(t, "Beside", &f.mid)
	cards := f.issue(t, "TR-30", 2, 0, &f.shop)
	f.free, f.bound = cards[0], cards[1]
	f.device(t, "1", f.shop)
	shop, kiosk := f.admin(f.shop), f.admin(f.kiosk)
	storetest.Do(t, e, f.sell(shop, f.kiosk, cards...))
	storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Device, error) {
		return f.service.SellDevices(x, shop, []string{"1"}, f.kiosk.UUID)
	})
	storetest.Do(t, e, f.bind(kiosk, f.bound, "1"))
	f.report(t, "1")
	storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Device, error) { return f.service.ReturnDevices(x, kiosk, []string{"1"}) })
	storetest.Do(t, e, f.giveBack(kiosk, f.free))
	f.code = storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Code, error) { return f.rows.Codes(x, f.Vendor) })[0]
	yes := true
	f.rivalCode = storetest.Do(t, e, func(x tx.Tx) (prepaid.Customer, error) {
		return f.service.SetSwitches(x, f.staff, f.rival.UUID, prepaid.SwitchChange{AcceptTransfer: &yes})
	}).TransferCode
	return f
}

// acts is all that can be done with the shop's things, by somebody.
func (f foreign) acts(by prepaid.By) map[string]func(x tx.Tx) error {
	no := false
	cards, devices := []string{f.free}, []string{"1"}
	return map[string]func(x tx.Tx) error{
		"bind":    func(x tx.Tx) error { _, err := f.bind(by, f.free, "1")(x); return err },
		"unbind":  func(x tx.Tx) error { _, err := f.service.Unbind(x, by, f.bound); return err },
		"lock":    func(x tx.Tx) error { _, err := f.service.SetLock(x, by, cards, true); return err },
		"unlock":  func(x tx.Tx) error { _, err := f.service.SetLock(x, by, cards, false); return err },
		"sell":    func(x tx.Tx) error { _, err := f.sell(by, f.kiosk, f.free)(x); return err },
		"return":  func(x tx.Tx) error { _, err := f.service.Return(x, by, cards); return err },
		"top up":  func(x tx.Tx) error { _, err := f.service.TopUp(x, by, f.free, 1); return err },
		"devices": func(x tx.Tx) error { _, err := f.service.SellDevices(x, by, devices, f.kiosk.UUID); return err },
		"send":    func(x tx.Tx) error { _, err := f.service.TransferDevices(x, by, devices, f.rivalCode); return err },
		"back":    func(x tx.Tx) error { _, err := f.service.ReturnDevices(x, by, devices); return err },
		"model":   func(x tx.Tx) error { _, err := f.service.SetModel(x, by, "1", "GT07"); return err },
		"switch": func(x tx.Tx) error {
			_, err := f.service.SetSwitches(x, by, f.shop.UUID, prepaid.SwitchChange{NextCard: &no})
			return err
		},
		"by number": func(x tx.Tx) error {
			_, err := f.service.Sell(x, by, prepaid.SellCommand{Count: 1, From: f.shop.ID, To: f.kiosk.UUID})
			return err
		},
	}
}

// Nobody but the shop's own people does anything with its things: who stands beside, below
// or had them before does not even see them; who stands above, or only looks, is refused.
func TestEveryActByEveryStranger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		f := newForeign(t, e)
		other := prepaid.Staff(storetest.Vendor(t, e, "Bolt").ID, "Bo")
		refuse := func(who string, by prepaid.By, want fault.Kind) {
			for what, act := range f.acts(by) {
				if what == "send" && by.Vendor != f.Vendor {
					continue // no code of another vendor's customer is one
				}
				if err := e.DB.Run(t.Context(), act); err == nil || fault.As(err).Kind != want {
					t.Errorf("%s, %s: %v, want kind %v", who, what, err, want)
				}
			}
		}
		refuse("who stands beside", f.admin(f.beside), fault.NotFound)
		refuse("the rival", f.admin(f.rival), fault.NotFound)
		refuse("another vendor", other, fault.NotFound)
		refuse("its former owner below", f.admin(f.kiosk), fault.NotFound)
		refuse("who only looks", f.person(f.shop, prepaid.Viewer), fault.Forbidden)
		refuse("its superior", f.admin(f.mid), fault.Forbidden)
		refuse("who is far above", f.admin(f.top), fault.Forbidden)

		// Nor among their own things.
		f.device(t, "2", f.rival)
		own := f.issue(t, "TR-30", 1, 0, &f.rival)[0]
		storetest.Refuse(t, e, "card_not_found", f.giveBack(f.admin(f.rival), own, f.free))
		storetest.Refuse(t, e, "device_not_found", func(x tx.Tx) ([]prepaid.Device, error) {
			return f.service.ReturnDevices(x, f.admin(f.rival), []string{"2", "1"})
		})

		yes := true
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Customer, error) {
			return f.service.SetSwitches(x, f.admin(f.shop), f.shop.UUID, prepaid.SwitchChange{AllowSuperior: &yes})
		})
		refuse("an operator of its superior", f.person(f.mid, prepaid.Operator), fault.Forbidden)
		refuse("who is far above, with the switch", f.admin(f.top), fault.Forbidden)
		allowed := f.acts(f.admin(f.mid))
		for _, what := range []string{"lock", "unlock", "unbind", "bind", "back"} {
			if err := e.DB.Run(t.Context(), allowed[what]); err != nil {
				t.Errorf("its superior, with the switch, %s: %v", what, err)
			}
			delete(allowed, what)
		}
		storetest.Sound(t, e)
	})
}

// Nobody sees beside or above, nor what was before their time.
func TestEveryListForEveryStranger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		f := newForeign(t, e)
		for who, want := range map[*customers.Customer][4]int{
			&f.shop:   {2, 1, 6, 1}, // cards, devices, transfers, deductions
			&f.kiosk:  {0, 0, 4, 1}, // of its own time
			&f.beside: {0, 0, 0, 0},
			&f.rival:  {0, 0, 0, 0},
		} {
			devices, err := f.rows.Devices(t.Context(), f.Vendor, prepaid.DeviceFilter{Holders: tree(*who)}, newest())
			if err != nil {
				t.Fatal(err)
			}
			got := [4]int{
				len(f.cards(t, prepaid.CardFilter{OfHolders: tree(*who)})), len(devices.Items),
				len(f.transfers(t, prepaid.TransferFilter{Holders: tree(*who)})), len(f.deductions(t, prepaid.DeductionFilter{Holders: tree(*who)})),
			}
			if got != want {
				t.Errorf("%s sees %v, want %v", who.CompanyName, got, want)
			}
			for _, number := range []string{f.free, f.bound} {
				c, err := f.rows.CardByNumber(t.Context(), f.Vendor, number, tree(*who))
				if err != nil || (c != nil) != (want[0] > 0) {
					t.Errorf("%s and the card %s: %+v, %v", who.CompanyName, number, c, err)
				}
			}
		}
		if own := f.deductions(t, prepaid.DeductionFilter{Holders: own(f.shop)}); len(own) != 0 {
			t.Errorf("the shop's own, of the kiosk's time: %+v", own)
		}
	})
}
