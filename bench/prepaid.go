package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"time"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const (
	reportsACall  = 100
	quietSeconds  = 10  // of heartbeats alone, and of those beside the run
	besideReports = 200 // calls of reports a second beside heartbeats: 20,000 devices
	mostRun       = 10 * time.Minute
)

// prepaidDevices measures prepaid devices: the run that charges them with all of them due,
// alone and beside heartbeats; what it costs when nothing is; reports; lists and statistics.
// There are as many devices, each with a card, as licences.
func prepaidDevices(ctx context.Context, s *site) error {
	floor, err := bareLedger(ctx)
	if err != nil {
		return err
	}
	if err := s.seedDevices(ctx); err != nil {
		return err
	}
	for _, m := range []func(context.Context) error{
		func(ctx context.Context) error { return s.chargeRun(ctx, floor) }, s.reports, s.besideReports, s.prepaidPages, s.besideRun,
	} {
		if err := m(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *site) seedDevices(ctx context.Context) error {
	s.stop()
	db, err := s.reach(ctx)
	if err != nil {
		return err
	}
	due := time.Now().Add(24 * time.Hour).UnixMilli()
	return errors.Join(seedPrepaid(ctx, db, 1, s.licenses, due), db.close())
}

// bareLedger is what rows of the ledger alone cost on SQLite, 2,000 a commit, in
// microseconds of the processor each: the cheapest of three times.
func bareLedger(ctx context.Context) (micros float64, err error) {
	const rows, atOnce, columns = 100_000, 2000, 11
	dir, err := os.MkdirTemp("", "chancery-ledger")
	if err != nil {
		return 0, fmt.Errorf("temporary directory: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	c := store.Config{Dir: dir, Clock: ident.SystemClock{}}
	if err := store.Migrate(ctx, c); err != nil {
		return 0, fmt.Errorf("ledger: %w", err)
	}
	db, err := store.Open(ctx, c)
	if err != nil {
		return 0, fmt.Errorf("ledger: %w", err)
	}
	defer db.Close()
	for day := range windows {
		began := ownCPU()
		for first := 0; first < rows; first += atOnce {
			values := make([]any, 0, atOnce*columns)
			for i := range atOnce {
				values = append(values, 1, day, first+i, 0, 0, 0, 0, 1, 1, 1, 0)
			}
			if err := db.Run(ctx, func(t tx.Tx) error {
				return store.On(t).InsertMany(`INSERT INTO prepaid_ledger
					(vendor_id, day, device_id, at, n, kind, by_report, card_id, code_id, holder_id, reason) VALUES`, columns, values, "", nil)
			}); err != nil {
				return 0, fmt.Errorf("ledger: %w", err)
			}
		}
		if took := float64(ownCPU()-began) / 1000 / rows; micros == 0 || took < micros {
			micros = took
		}
	}
	return micros, nil
}

// allDue starts the server on a database in which all devices are due after some seconds.
// The caller closes the database.
func (s *site) allDue(ctx context.Context, after time.Duration) (db database, due time.Time, err error) {
	s.stop()
	if db, err = s.reach(ctx); err != nil {
		return nil, due, err
	}
	const far = int64(1) << 60
	for _, text := range []string{`UPDATE prepaid_devices SET usable_until = $1, due_at = $1`, `UPDATE prepaid_due SET due_at = $1`} {
		if err := db.exec(ctx, text, far); err != nil {
			return db, due, err
		}
	}
	// So that the seconds do not pass in these statements: they are as long as those before.
	began := time.Now()
	if err := db.exec(ctx, `UPDATE prepaid_devices SET usable_until = $1, due_at = $1`, far-1); err != nil {
		return db, due, err
	}
	due = time.Now().Add(after + 2*time.Since(began) + 3*time.Second)
	for _, text := range []string{`UPDATE prepaid_devices SET usable_until = $1, due_at = $1`, `UPDATE prepaid_due SET due_at = $1`} {
		if err := db.exec(ctx, text, due.UnixMilli()); err != nil {
			return db, due, err
		}
	}
	if s.engine == "sqlite" {
		if err := db.finish(ctx); err != nil {
			return db, due, err
		}
	}
	s.process, err = s.begin(ctx)
	return db, due, err
}

// waiting tells how many groups of devices are due.
func waiting(ctx context.Context, db database) (int64, error) {
	return db.number(ctx, `SELECT COUNT(*) FROM prepaid_due WHERE due_at <= $1`, time.Now().UnixMilli())
}

// chargeRun measures the run alone.
func (s *site) chargeRun(ctx context.Context, floor float64) (err error) {
	db, due, err := s.allDue(ctx, 2*time.Second)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	rest(ctx, time.Until(due))
	before, began := s.cpu(), time.Now()
	took, err := s.untilCharged(ctx, db, began)
	if err != nil {
		return err
	}
	cost := float64((s.cpu() - before).Microseconds()) / float64(s.licenses)
	rest(ctx, time.Second)
	settled := s.cpu()
	rest(ctx, 5*time.Second)
	nothing := float64((s.cpu() - settled).Milliseconds()) / 5
	s.report.add(row{
		Name: "charge run, all due", Engine: s.engine, Licenses: s.licenses, PerSecond: float64(s.licenses) / took.Seconds(), CPUMicros: cost,
		Ratio: floor / cost, MemoryMB: s.memory(), Note: fmt.Sprintf("ratio: of bare ledger rows (%.1f µs each), must 0.15, goal 0.25; with nothing due all periodic work"+
			" takes %.0f ms of CPU a second", floor, nothing),
	})
	return nil
}

// untilCharged waits until no device is due any more.
func (s *site) untilCharged(ctx context.Context, db database, began time.Time) (time.Duration, error) {
	for ctx.Err() == nil && time.Since(began) < mostRun {
		n, err := waiting(ctx, db)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return time.Since(began), s.allCharged(ctx, db)
		}
		rest(ctx, 50*time.Millisecond)
	}
	return 0, errors.Join(ctx.Err(), errors.New("the run did not come to an end"))
}

// allCharged checks that each device has paid time.
func (s *site) allCharged(ctx context.Context, db database) error {
	n, err := db.number(ctx, `SELECT COUNT(*) FROM prepaid_devices WHERE usable_until > $1`, time.Now().UnixMilli())
	if err == nil && n != int64(s.licenses) {
		err = fmt.Errorf("%d of %d devices are paid for", n, s.licenses)
	}
	return err
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// besideRun measures heartbeats at one fixed rate twice: alone, and while the run charges
// all devices.
func (s *site) besideRun(ctx context.Context) (err error) {
	db, due, err := s.allDue(ctx, (quietSeconds+3)*time.Second)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	l := load{
		name: "heartbeats beside the run", address: s.address, connections: besideConnections, seconds: quietSeconds,
		make: s.heartbeats(ed25519Header, true),
	}
	if err := warm(ctx, l); err != nil {
		return err
	}
	l.seconds = min(quietSeconds, time.Until(due).Seconds()-1)
	if l.seconds < 1 {
		return errors.New("there was no time left for heartbeats alone")
	}
	quiet, err := l.open(ctx, besidePerSecond)
	if err != nil {
		return err
	}
	rest(ctx, time.Until(due)+500*time.Millisecond) // the run looks every second
	l.seconds = quietSeconds
	ended := make(chan time.Duration, 1)
	began := time.Now()
	go func() {
		took, _ := s.untilCharged(ctx, db, began) // what it says wrong is said by the row
		ended <- took
	}()
	crowded, err := l.open(ctx, besidePerSecond)
	if err != nil {
		return err
	}
	share := min(1, (<-ended).Seconds()/crowded.seconds)
	s.report.add(row{
		Name: "heartbeats beside the charge run", Engine: s.engine, Licenses: s.licenses, Connections: besideConnections, PerSecond: crowded.perSecond(),
		P50Millis: millis(crowded.percentile(0.5)), P99Millis: millis(crowded.percentile(0.99)), MemoryMB: s.memory(),
		Note: fmt.Sprintf("alone: p50 %.1f, p99 %.1f ms; must: p99 within twice that, is %.1f times; most %.0f ms; the run went on for %.0f %% of the time",
			millis(quiet.percentile(0.5)), millis(quiet.percentile(0.99)), millis(crowded.percentile(0.99))/millis(quiet.percentile(0.99)),
			millis(crowded.percentile(1)), 100*share),
	})
	return nil
}

// reportCalls makes calls with reports of a hundred devices, all over the database.
func (s *site) reportCalls() load {
	return load{
		name: "device reports, 100 a call", address: s.address, connections: besideConnections, seconds: s.seconds,
		make: func(int, int) request {
			body := append(make([]byte, 0, reportsACall*32), `{"reports":[`...)
			for i := range reportsACall {
				if i > 0 {
					body = append(body, ',')
				}
				body = append(body, `{"device":"`+prepaidNumber(mathrand.IntN(s.licenses))+`"}`...)
			}
			return request{path: "/api/v1/prepaid/reports", headers: s.adminHeader(), body: append(body, `]}`...)}
		},
		check: func(_ request, c *connection, _ int) error {
			var answer struct {
				Results []struct {
					Allowed bool `json:"allowed"`
				} `json:"results"`
			}
			if err := json.Unmarshal(c.body, &answer); err != nil || len(answer.Results) != reportsACall {
				return errors.New("reports were answered " + string(c.body[:min(200, len(c.body))]))
			}
			for _, r := range answer.Results {
				if !r.Allowed {
					return errors.New("a paid device was refused")
				}
			}
			return nil
		},
	}
}

func (s *site) adminHeader() string { return "Authorization: Bearer " + s.vendor.AdminKey + "\r\n" }

// reports measures reports of devices that are paid for.
func (s *site) reports(ctx context.Context) error {
	l := s.reportCalls()
	if err := s.figures(ctx, l, ""); err != nil {
		return err
	}
	r := &s.report.Rows[len(s.report.Rows)-1]
	r.Note = fmt.Sprintf("%.0f reports a second, %.1f µs of CPU each; must 20,000, goal 50,000", r.PerSecond*reportsACall, r.CPUMicros/reportsACall)
	return nil
}

// besideReports measures heartbeats beside reports of 20,000 devices a second.
func (s *site) besideReports(ctx context.Context) error {
	l := load{
		name: "heartbeats beside reports", address: s.address, connections: besideConnections, seconds: max(s.seconds, 3),
		make: s.heartbeats(ed25519Header, true),
	}
	quiet, err := l.open(ctx, besidePerSecond)
	if err != nil {
		return err
	}
	reports := s.reportCalls()
	reports.seconds = l.seconds
	var sent result
	var failed error
	done := make(chan struct{})
	go func() {
		defer close(done)
		sent, failed = reports.open(ctx, besideReports)
	}()
	crowded, err := l.open(ctx, besidePerSecond)
	<-done
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	s.report.add(row{
		Name: "heartbeats beside reports", Engine: s.engine, Licenses: s.licenses, Connections: besideConnections, PerSecond: crowded.perSecond(),
		P50Millis: millis(crowded.percentile(0.5)), P99Millis: millis(crowded.percentile(0.99)), MemoryMB: s.memory(),
		Note: fmt.Sprintf("alone: p99 %.1f ms; must: within twice that, is %.1f times; beside %.0f reports a second", millis(quiet.percentile(0.99)),
			millis(crowded.percentile(0.99))/millis(quiet.percentile(0.99)), sent.perSecond()*reportsACall),
	})
	return nil
}

// prepaidPages asks for lists and statistics of cards and devices.
func (s *site) prepaidPages(ctx context.Context) error {
	customer := seedUUID(kindCustomer, 7).String()
	paths := []string{
		"/statistics", "/statistics?customer_id=" + customer, "/statement?month=" + time.Now().UTC().Format("2006-01") + "&customer_id=" + customer,
		"/cards", "/cards?status=unused", "/cards?status=expired", "/cards?status=in_use", "/cards?locked=true", "/cards?customer_id=" + customer,
		"/cards?license_code=TR-365&available_days_max=6", "/cards?available_days_min=299", "/cards?activated_from=2020-01-01T00:00:00Z",
		"/cards?device=" + prepaidNumber(s.licenses/2), "/cards?number=00",
		"/devices", "/devices?blacklisted=true", "/devices?customer_id=" + customer, "/devices?number=86000", "/devices/" + prepaidNumber(s.licenses/3),
		"/transfers", "/transfers?method=return", "/transfers?customer_id=" + customer, "/transfers?license_code=TR-365",
		"/deductions", "/deductions?device=" + prepaidNumber(s.licenses/4), "/deductions?customer_id=" + customer,
	}
	b := &visitor{base: "http://" + s.address + "/api/v1/prepaid", client: newClient(), bearer: s.vendor.AdminKey}
	taken, err := b.openAll(ctx, paths, int(min(max(s.seconds*4, 5), 100)))
	if err != nil {
		return err
	}
	slowest, worst := slowestOf(taken)
	p50, p99 := middleOf(taken)
	s.report.add(row{
		Name: "prepaid lists and statistics", Engine: s.engine, Licenses: s.licenses, Connections: 1, P50Millis: p50, P99Millis: p99, MemoryMB: s.memory(),
		Note: fmt.Sprintf("p95 of the slowest: %.1f ms (must 100), %s; of the statistics: %.1f ms", millis(worst), paths[slowest],
			millis(p95(taken[0]))),
	})
	return nil
}
