package prepaid_test

import (
	"strconv"
	"testing"
	"time"

	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// BenchmarkMany measures how long what people do with 2,000 cards or devices at once keeps
// the writer.
func BenchmarkMany(b *testing.B) {
	for name, e := range map[string]storetest.Env{"sqlite": storetest.SQLite(b), "postgres": storetest.Postgres(b)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w := newBench(b, e)
				w.manySteps(b)
			}
		})
	}
}

func (b *bench) manySteps(tb testing.TB) {
	tb.Helper()
	const many = prepaid.MaxAtOnce
	top, took := b.admin(b.top), map[string]time.Duration{}
	step := func(name string, fn func(x tx.Tx) error) {
		began := time.Now()
		if err := b.DB.Run(tb.Context(), fn); err != nil {
			tb.Fatal(name, err)
		}
		took[name] = time.Since(began)
	}
	var numbers []string
	for range 2 {
		step("issue 1,000", func(x tx.Tx) error {
			issued, err := b.service.Issue(x, b.staff, prepaid.IssueCommand{Code: "TR-30", Count: many / 2, Customer: b.top.UUID})
			for _, c := range issued.Cards {
				numbers = append(numbers, c.Number)
			}
			return err
		})
	}
	devices := make([]string, many)
	for i := range devices {
		devices[i] = strconv.Itoa(1_000_001 + i)
		if err := b.DB.Run(tb.Context(), func(x tx.Tx) error {
			_, err := b.service.CreateDevice(x, b.staff, prepaid.NewDevice{Number: devices[i], Model: "GT06N", Customer: b.top.UUID})
			return err
		}); err != nil {
			tb.Fatal(err)
		}
	}
	step("sell by number", func(x tx.Tx) error {
		_, err := b.service.Sell(x, top, prepaid.SellCommand{Count: many, To: b.mid.UUID})
		return err
	})
	step("return cards", func(x tx.Tx) error {
		_, err := b.service.Return(x, b.admin(b.mid), numbers)
		return err
	})
	for _, lock := range []bool{true, false} {
		step("lock "+strconv.FormatBool(lock), func(x tx.Tx) error {
			_, err := b.service.SetLock(x, top, numbers, lock)
			return err
		})
	}
	for i, number := range numbers {
		if err := b.DB.Run(tb.Context(), func(x tx.Tx) error {
			_, err := b.bind(top, number, devices[i])(x)
			return err
		}); err != nil {
			tb.Fatal(err)
		}
	}
	step("sell devices", func(x tx.Tx) error {
		_, err := b.service.SellDevices(x, top, devices, b.mid.UUID)
		return err
	})
	step("return devices", func(x tx.Tx) error {
		_, err := b.service.ReturnDevices(x, b.admin(b.mid), devices)
		return err
	})
	step("withdraw", func(x tx.Tx) error {
		_, err := b.service.Withdraw(x, b.staff, numbers)
		return err
	})
	for name, d := range took {
		tb.Log(name, d)
	}
}
