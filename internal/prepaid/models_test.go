package prepaid_test

import (
	"testing"

	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func (b *bench) reportModels(t *testing.T, device string, models ...string) {
	t.Helper()
	reports := make([]prepaid.Report, len(models))
	for i, m := range models {
		reports[i] = prepaid.Report{Device: device, Model: m}
	}
	if _, err := b.reports.Answer(t.Context(), b.Vendor, reports); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) setModel(number, model string) func(x tx.Tx) (prepaid.Device, error) {
	return func(x tx.Tx) (prepaid.Device, error) { return b.service.SetModel(x, b.staff, number, model) }
}

// What a device says of its model is noted beside that which was entered, until somebody
// enters another one or the device goes to another owner.
func TestOtherModelsAreNoted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.device(t, "1", b.shop)
		wants := func(what, model, said string) {
			t.Helper()
			if d := b.deviceNow(t, "1"); d.Model != model || d.SaidModel != said {
				t.Errorf("%s: model %q, said %q; want %q and %q", what, d.Model, d.SaidModel, model, said)
			}
		}
		b.reportModels(t, "1", " gt06n ", "")
		wants("its own model", "GT06N", "")
		b.reportModels(t, "1", "VT 1", "VT 2", "gt06n")
		wants("two others", "GT06N", "VT 2")
		if d := storetest.Do(t, e, b.setModel("0-1", "VT 2")); d.Model != "VT 2" || d.SaidModel != "" {
			t.Errorf("entered anew: %+v", d)
		}
		wants("entered anew", "VT 2", "")
		b.reportModels(t, "1", "VT 3")
		storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Device, error) {
			return b.service.ReturnDevices(x, b.admin(b.shop), []string{"1"})
		})
		wants("with its next owner", "VT 2", "")
		b.reportModels(t, "1", "VT 3")
		wants("which hears it again", "VT 2", "VT 3")
		storetest.Refuse(t, e, "device_not_found", b.setModel("2", "VT 2"))
		storetest.Refuse(t, e, "vendor_only", func(x tx.Tx) (prepaid.Device, error) {
			return b.service.SetModel(x, b.admin(b.mid), "1", "VT 2")
		})
	})
}

// A model that is entered while a report is answered stays: the note of another one writes
// nothing else, and each device is written once at most.
func TestANoteLeavesTheModelAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		d := b.device(t, "1", b.shop)
		writes := 0
		slow := b.serviceOn(t, runnerFunc(func(fn func(tx.Tx) error) error {
			writes++
			storetest.Do(t, e, b.setModel("1", "VT 1"))
			return e.DB.Run(t.Context(), fn)
		}), nil)
		b.must(t, func(x tx.Tx) error { return b.rows.SaveState(x, b.Vendor, dark(d.State)) })
		b.reports.Service = slow
		b.reportModels(t, "1", "VT 8", "VT 9", "VT 8")
		b.reportModels(t, "1", "VT 8")
		if d := b.deviceNow(t, "1"); d.Model != "VT 1" || d.SaidModel != "VT 8" || writes != 1 {
			t.Errorf("%d writes: model %q, said %q", writes, d.Model, d.SaidModel)
		}
	})
}

func dark(s prepaid.State) prepaid.State {
	s.Dark = prepaid.DarkNoCard
	return s
}
