package storetest_test

import (
	"strings"
	"testing"
	"time"

	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestUsageIsKeptPerClientAndDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10), "c2")
		report := func(client string, all ...metering.Report) *refusal.Refusal {
			return storetest.Do(t, e, func(x tx.Tx) (*refusal.Refusal, error) {
				return b.usage.Report(x, metering.Reporter{Vendor: b.vendor, ClientID: client}, all)
			})
		}
		save, disk := metering.Named{Name: "Save"}, metering.Named{Name: "Disk"}
		for _, r := range []metering.Report{
			{Feature: save, Value: unit},
			{Feature: save, Value: unit / 2},
			{Feature: save, Module: disk, Value: unit},
			{Feature: save, Value: unit, SaidAt: e.Clock.Now().Add(-48 * time.Hour)},
			{Feature: save, Value: unit, SaidAt: e.Clock.Now().Add(48 * time.Hour)}, // counts today
		} {
			if refused := report("c1", r); refused != nil {
				t.Error(refused)
			}
		}
		report("c2", metering.Report{Feature: save, Value: unit})
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM usage_values`); n != 4 {
			t.Errorf("%d rows, want one for each of client, feature, module and day", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM usage_values WHERE reports = 3 AND value = $1`, 5*unit/2); n != 1 {
			t.Error("the day's values are not added up")
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM usage_features`); n != 1 {
			t.Errorf("%d usage features of one name", n)
		}
		refusedWith(t, report("c1", metering.Report{Feature: metering.Named{ID: e.IDs.V4()}, Value: unit}), refusal.UnknownFeature)
		no := report("c1", metering.Report{Feature: save, Module: metering.Named{ID: e.IDs.V4()}, Value: unit})
		if refusedWith(t, no, refusal.UnknownFeature); !strings.Contains(no.Message+no.Help, "module") || strings.Contains(no.Message, "feature") {
			t.Errorf("an unknown module is called %+v", *no)
		}
		refusedWith(t, report("nobody", metering.Report{Feature: save, Value: unit}), refusal.UnknownClient)
	})
}

func TestAnalyticalFields(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		define := func(name string, number bool) metering.Definition {
			return storetest.Do(t, e, func(x tx.Tx) (metering.Definition, error) {
				return b.usage.Define(x, b.vendor, b.product.UUID, metering.Definition{Kind: metering.FieldDefinition, Name: name, IsNumber: number})
			})
		}
		size, language := define("Size", true), define("Language", false)
		if again := define("Size", true); again.UUID != size.UUID {
			t.Error("defining twice made two")
		}
		analyse := func(all ...metering.Analytical) *refusal.Refusal {
			return storetest.Do(t, e, func(x tx.Tx) (*refusal.Refusal, error) {
				return b.usage.Analyse(x, metering.Reporter{Vendor: b.vendor, ClientID: "c1"}, all)
			})
		}
		for range 2 {
			if refused := analyse(metering.Analytical{Field: size.UUID, Value: "12", IsNumber: true}, metering.Analytical{Field: language.UUID, Value: "de"}); refused != nil {
				t.Error(refused)
			}
		}
		refusedWith(t, analyse(metering.Analytical{Field: e.IDs.V4(), Value: "1", IsNumber: true}), refusal.UnknownField)
		refusedWith(t, analyse(metering.Analytical{Field: language.UUID, Value: "fr"}, metering.Analytical{Field: size.UUID, Value: "large"}), refusal.NotANumber)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM analytical_values WHERE value = 'de' OR value = '12'`); n != 2 {
			t.Errorf("%d values, want those of before the refused call", n)
		}
	})
}

// What somebody filled the list with goes, with what was reported of it, and the
// names are free again.
func TestNamesAreTakenOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		report := func(name string) *refusal.Refusal {
			return storetest.Do(t, e, func(x tx.Tx) (*refusal.Refusal, error) {
				return b.usage.Report(x, metering.Reporter{Vendor: b.vendor, ClientID: "c1"},
					[]metering.Report{{Feature: metering.Named{Name: name}, Module: metering.Named{Name: "m" + name}, Value: unit}})
			})
		}
		names := func() int { return storetest.Count(t, e, `SELECT COUNT(*) FROM usage_features WHERE ended_at IS NULL`) }
		report("genuine")
		e.Clock.Advance(time.Hour)
		since := e.Clock.Now()
		for i := 1; names() < 1000; i++ {
			report(strings.Repeat("x", i%100) + e.IDs.V4().String())
		}
		refusedWith(t, report("one more"), refusal.UnknownFeature)
		end := func(kind metering.DefinitionKind) (n int, more bool) {
			storetest.Do(t, e, func(x tx.Tx) (_ int, err error) {
				n, more, err = b.usage.EndSince(x, b.vendor, kind, b.product.UUID, since)
				return n, err
			})
			return n, more
		}
		if n, more := end(metering.FeatureDefinition); n != metering.EndedAtOnce || !more {
			t.Errorf("%d ended, more %t", n, more)
		}
		if n, more := end(metering.FeatureDefinition); n != 999-metering.EndedAtOnce || more {
			t.Errorf("then %d ended, more %t", n, more)
		}
		end(metering.ModuleDefinition)
		end(metering.ModuleDefinition)
		if refused := report("one more"); refused != nil {
			t.Errorf("a genuine name afterwards: %+v", refused)
		}
		if n, err := b.usage.ClearEnded(t.Context()); err != nil || n != 999 || names() != 2 {
			t.Errorf("%d reports cleared away, %d names left: %v", n, names(), err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM usage_features WHERE ended_at IS NOT NULL`); n != 0 {
			t.Errorf("%d names are not cleared away", n)
		}
		id := storetest.Do(t, e, func(x tx.Tx) (*metering.Definition, error) {
			return b.rows.DefinitionByName(x, b.vendor, metering.ModuleDefinition, b.product.ID, "mgenuine")
		}).UUID
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, b.usage.End(x, b.vendor, metering.ModuleDefinition, id) })
		if n, err := b.usage.ClearEnded(t.Context()); err != nil || n != 1 {
			t.Errorf("%d reports of a module cleared away: %v", n, err)
		}
		if n, err := b.rows.ForgetUsage(t.Context(), e.Clock.Now().Add(48*time.Hour)); err != nil || n != 1 {
			t.Errorf("%d reports forgotten, want the last one: %v", n, err)
		}
	})
}
