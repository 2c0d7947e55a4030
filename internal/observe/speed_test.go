package observe_test

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"chancery/internal/observe"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// BenchmarkIngest takes batches of 100 events and counts them: in a session all are of one
// actor and licence, as SDKs send them; mixed each is drawn by itself, which is the worst case.
func BenchmarkIngest(b *testing.B) {
	for _, mixed := range []bool{false, true} {
		for engine, open := range map[string]func(testing.TB) storetest.Env{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
			b.Run(fmt.Sprintf("%s/mixed=%v", engine, mixed), func(b *testing.B) { ingest(b, open(b), mixed) })
		}
	}
}

func ingest(b *testing.B, e storetest.Env, mixed bool) {
	b.Helper()
	room := open(b, e, 0)
	random := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(random, 1.07, 1, 100_000)
	const size = 100
	counted, analysed := 0, false
	begun := spent(b)
	b.ResetTimer()
	for b.Loop() {
		for range 40 {
			batch := make([]observe.Sent, size)
			who, license := random.IntN(1_000_000), zipf.Uint64()
			for i := range batch {
				if mixed {
					who, license = random.IntN(1_000_000), zipf.Uint64()
				}
				at := e.Clock.Now().Add(-time.Duration(random.IntN(30_000)) * time.Millisecond)
				s := sent(e.IDs.V7(), at, fmt.Sprintf("user-%d@example.com", who), fmt.Sprintf("contract-%d", license), fmt.Sprintf("account-%d", license%20_000))
				s.Properties = []observe.Property{
					{Key: "screen", Text: given("settings/advanced")},
					{Key: "milliseconds", Raw: "182"},
					{Key: "button", Text: given("save and close")},
				}
				batch[i] = s
			}
			room.take(b, batch...)
			counted += size
		}
		e.Clock.Advance(500 * time.Millisecond)
		room.catch(b)
		if !analysed && e.DB.Dialect.Name() == "postgres" { // the database does so by itself within a minute
			analysed = true
			storetest.Do(b, e, func(x tx.Tx) (int64, error) { return store.On(x).Exec("ANALYZE") })
		}
	}
	b.ReportMetric(float64((spent(b)-begun).Microseconds())/float64(counted), "CPU-µs/event")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(counted), "µs/event")
}

// spent is the time that this process has had of the processors.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
