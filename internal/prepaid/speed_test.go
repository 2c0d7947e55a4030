package prepaid_test

import (
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// stocked is how many bound devices the benchmarks charge; 500 customers own them.
const stocked = 100_000

// fill makes bound devices, all due at random times before now, by plain statements.
func (b *bench) fill(tb testing.TB, many int) {
	tb.Helper()
	now := b.Clock.Now().UnixMilli()
	const from = ` WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT `
	const due = `$3 - 1 - (i * 7919 % 86400000)`
	for _, text := range []string{
		`INSERT INTO devices (id, vendor_id, uuid, number, created_at)` + from + `i, $2, randomblob(16), 'd' || (1000000 + i), $3 FROM n`,
		`INSERT INTO prepaid_device_numbers (id, vendor_id, uuid, number_key, number, model, said_model, held_since, created_at)` + from +
			`i, $2, randomblob(16), 'd' || (1000000 + i), 'd' || (1000000 + i), 'GT06N', '', $3, $3 FROM n`,
		`INSERT INTO prepaid_devices (id, vendor_id, holder_id, usable_until, due_at, dark, grace_left, grace_owed, on_report)` + from +
			`i, $2, 1 + i * 7919 % 500, ` + due + `, ` + due + `, 0, -1, 0, 0 FROM n`,
		`INSERT INTO prepaid_cards (id, vendor_id, uuid, number, code_id, holder_id, standing, total_days, days, withdrawn_days, is_used, activated_at,
			device_id, is_locked, batch_id, held_since, created_at)` + from + `i, $2, randomblob(16), 'K' || (1000000 + i), 1, 1 + i * 7919 % 500, 15, 365, 300, 0,
			1, $3 - 1, i, 0, 0, $3, $3 FROM n`,
		`INSERT INTO prepaid_bound (vendor_id, device_id, card_id, code_id, on_report, days, activated_at, bound_at, number)` + from +
			`$2, i, i, 1, 0, 300, $3 - 1, $3, 'K' || (1000000 + i) FROM n`,
		`INSERT INTO prepaid_due (vendor_id, grp, due_at) SELECT vendor_id, id / 64, MIN(due_at) FROM prepaid_devices WHERE $1 > 0 AND vendor_id = $2 AND $3 > 0
			GROUP BY vendor_id, id / 64`,
	} {
		if err := b.DB.Run(tb.Context(), func(x tx.Tx) error {
			_, err := store.On(x).Exec(text, many, b.Vendor, now)
			return err
		}); err != nil {
			tb.Fatal(err)
		}
	}
}

func cpu() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // it can't fail with these arguments
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// floor is what bare rows of the ledger cost, 2,000 a commit.
func (b *bench) floor(tb testing.TB) time.Duration {
	tb.Helper()
	const rows, atOnce, columns = 100_000, 2000, 11
	began := cpu()
	for first := 0; first < rows; first += atOnce {
		values := make([]any, 0, atOnce*columns)
		for i := range atOnce {
			values = append(values, b.Vendor, 7, first+i, 0, 0, 0, 0, 1, 1, 1, 0)
		}
		if err := b.DB.Run(tb.Context(), func(x tx.Tx) error {
			return store.On(x).InsertMany(`INSERT INTO prepaid_ledger (vendor_id, day, device_id, at, n, kind, by_report, card_id, code_id, holder_id, reason) VALUES`,
				columns, values, "", nil)
		}); err != nil {
			tb.Fatal(err)
		}
	}
	return (cpu() - began) / rows
}

// BenchmarkRun charges devices that are all due. Read the processor's time: the rest is what others do.
func BenchmarkRun(b *testing.B) {
	e := storetest.SQLite(b)
	c := e.Config
	c.Clock, c.Portion = e.Clock, 0 // as a server's
	db, err := store.Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // a benchmark
	e.DB = db
	for b.Loop() {
		w := newBench(b, e)
		w.fill(b, stocked)
		floor := w.floor(b)
		began, wall := cpu(), time.Now()
		held := &holds{}
		ctx := b.Context()
		go held.watch(w.run)
		n, err := w.run.Round(tx.Hurried(ctx))
		if err != nil || n != stocked {
			b.Fatalf("%d charged, %v", n, err)
		}
		each := (cpu() - began) / stocked
		b.ReportMetric(float64(each.Nanoseconds())/1000, "cpu-µs/device")
		b.ReportMetric(float64(floor.Nanoseconds())/1000, "cpu-µs/floor")
		b.ReportMetric(float64(floor)/float64(each), "floor/ours")
		b.ReportMetric(float64(stocked)/time.Since(wall).Seconds(), "devices/s")
		held.stop()
		b.ReportMetric(held.at(0.5), "ms-held-p50")
		b.ReportMetric(held.at(1), "ms-held-max")
		idle := time.Now()
		if n, err := w.run.Round(ctx); n != 0 || err != nil {
			b.Fatal(n, err)
		}
		b.ReportMetric(float64(time.Since(idle).Microseconds())/1000, "ms-nothing-due")
	}
}

// BenchmarkReports answers reports of devices with paid days, 100 a call.
func BenchmarkReports(b *testing.B) {
	e := storetest.SQLite(b)
	w := newBench(b, e)
	w.fill(b, stocked)
	if _, err := w.run.Round(tx.Hurried(b.Context())); err != nil {
		b.Fatal(err)
	}
	const batch = 100
	began, n := cpu(), 0
	for b.Loop() {
		reports := make([]prepaid.Report, batch)
		for i := range reports {
			n++
			reports[i].Device = "d" + strconv.Itoa(1_000_001+n*7919%stocked)
		}
		answers, err := w.reports.Answer(b.Context(), w.Vendor, reports)
		if err != nil || !answers[0].Allowed {
			b.Fatal(answers, err)
		}
	}
	b.ReportMetric(float64((cpu()-began).Nanoseconds())/1000/float64(n), "cpu-µs/report")
}

// holds gathers how long chunks of the run kept the writer.
type holds struct {
	mu    sync.Mutex
	ended bool
	all   []time.Duration
}

func (h *holds) watch(r *prepaid.Run) {
	last := int64(0)
	for {
		p := r.Progress()
		h.mu.Lock()
		if h.ended {
			h.mu.Unlock()
			return
		}
		if p.Chunks != last {
			last = p.Chunks
			h.all = append(h.all, p.Last)
		}
		h.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
}

func (h *holds) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	slices.Sort(h.all)
}

func (h *holds) at(share float64) float64 {
	if len(h.all) == 0 {
		return 0
	}
	return float64(h.all[int(share*float64(len(h.all)-1))].Microseconds()) / 1000
}
