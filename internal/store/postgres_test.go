package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/store/pgtest"
	"chancery/internal/tx"
)

// Two transactions lock the same rows in opposite order. The database ends one
// of them; it is run again, and nobody notices.
func TestADeadlockIsRetried(t *testing.T) {
	t.Parallel()
	b := server(t)
	b.do(t, `INSERT INTO marks (n) VALUES (1), (2)`)
	var calls atomic.Int32
	var first [2]sync.Once
	var holds [2]chan struct{}
	for i := range holds {
		holds[i] = make(chan struct{})
	}
	var wg sync.WaitGroup
	results := make([][]string, 2)
	for i := range 2 {
		wg.Go(func() {
			err := b.Run(t.Context(), func(x tx.Tx) error {
				calls.Add(1)
				results[i] = nil
				s := On(x)
				if _, err := s.Exec(`SET LOCAL deadlock_timeout = '20ms'`); err != nil {
					return err
				}
				for step, n := range []int{1 + i, 2 - i} {
					if _, err := s.Exec(`UPDATE marks SET thing = NULL WHERE n = $1`, n); err != nil {
						return errors.New("wrapped badly: " + err.Error())
					}
					results[i] = append(results[i], "locked")
					if step == 0 {
						first[i].Do(func() { close(holds[i]) })
						<-holds[1-i]
					}
				}
				return mark(s, int64(10+i))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := calls.Load(); n < 3 {
		t.Errorf("%d calls: there was no deadlock to retry", n)
	}
	if got := b.marks(t); !slices.Equal(got, []int64{1, 2, 10, 11}) {
		t.Errorf("committed %v", got)
	}
	for i, r := range results {
		if len(r) != 2 {
			t.Errorf("transaction %d came with %v", i, r)
		}
	}
}

func TestSerializationFailuresAreRetried(t *testing.T) {
	t.Parallel()
	b := server(t)
	for name, c := range map[string]struct {
		failures, calls int
		works           bool
	}{
		"now and then": {failures: 3, calls: 4, works: true},
		"always":       {failures: 1000, calls: attempts},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			err := b.Run(t.Context(), func(x tx.Tx) error {
				calls++
				s := On(x)
				if err := mark(s, int64(c.failures)); err != nil {
					return err
				}
				if calls <= c.failures {
					_, _ = s.Exec(`DO $$ BEGIN RAISE EXCEPTION 'no order of these' USING ERRCODE = '40001'; END $$`)
				}
				return nil
			})
			if calls != c.calls || (err == nil) != c.works {
				t.Errorf("%d calls, want %d; outcome %v", calls, c.calls, err)
			}
			if f := fault.As(err); !c.works && (f == nil || f.Kind != fault.Unavailable) {
				t.Errorf("given up with %v", err)
			}
		})
	}
}

func TestCancellingRollsBackOnPostgres(t *testing.T) {
	t.Parallel()
	b := server(t)
	for range 20 { // more often than there are connections
		ctx, cancel := context.WithCancelCause(t.Context())
		err := b.Run(ctx, func(x tx.Tx) error {
			if err := mark(On(x), 1); err != nil {
				return err
			}
			cancel(errOwn)
			return mark(On(x), 2)
		})
		if !errors.Is(err, errOwn) {
			t.Fatalf("got %v, want the cause", err)
		}
	}
	if got := b.marks(t); len(got) != 0 {
		t.Errorf("committed %v", got)
	}
	// Once its statements are through, the commit is not the caller's to cancel.
	ctx, cancel := context.WithCancel(t.Context())
	if err := b.Run(ctx, func(x tx.Tx) error {
		err := mark(On(x), 3)
		cancel()
		return err
	}); err != nil {
		t.Error(err)
	}
	if got := b.marks(t); !slices.Equal(got, []int64{3}) {
		t.Errorf("committed %v, want 3", got)
	}
}

// When the connection is lost at the commit, nobody knows, and nobody is told
// that nothing was changed.
func TestALostCommitIsSaidToBeUnknown(t *testing.T) {
	t.Parallel()
	address, cut := cuttingProxy(t, pgtest.Database(t))
	b := opened(t, Config{URL: address, Connections: 2})
	n := int64(0)
	later := func(x tx.Tx) error { n++; return On(x).Later(`INSERT INTO marks (n) VALUES ($1)`, n) }
	for what, change := range map[string]func(tx.Tx) error{
		"by itself":            func(x tx.Tx) error { n++; return mark(On(x), n) },
		"with what was waited": later,
	} {
		if err := b.Run(t.Context(), later); err != nil { // it is prepared by then
			t.Fatal(err)
		}
		cut.Store(true)
		err := b.Run(t.Context(), change)
		if f := fault.As(err); f == nil || f.Kind != fault.Unavailable || f.Code != "outcome_unknown" {
			t.Errorf("%s: got %v", what, err)
		}
		cut.Store(false)
		if err := b.Run(t.Context(), later); err != nil {
			t.Errorf("%s: the next one: %v", what, err)
		}
	}
}

// What nobody waits for is committed with the rest, or nothing is.
func TestAFailureAtTheCommitKeepsNothing(t *testing.T) {
	t.Parallel()
	b := server(t)
	for range 20 { // more often than there are connections
		err := b.Run(t.Context(), func(x tx.Tx) error {
			return errors.Join(On(x).Later(`INSERT INTO marks (n) VALUES (1)`), On(x).Later(`INSERT INTO marks (n) SELECT 1 / 0`))
		})
		if f := fault.As(err); err == nil || f != nil && f.Code == "outcome_unknown" {
			t.Fatalf("got %v", err)
		}
	}
	calls := 0
	if err := b.Run(t.Context(), func(x tx.Tx) error {
		if calls++; calls == 1 {
			return On(x).Later(`DO $$ BEGIN RAISE EXCEPTION 'no order of these' USING ERRCODE = '40001'; END $$`)
		}
		return On(x).Later(`INSERT INTO marks (n) VALUES (7)`)
	}); err != nil || calls != 2 {
		t.Errorf("%d calls, %v", calls, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	if err := b.Run(ctx, func(x tx.Tx) error {
		cancel(errOwn)
		return On(x).Later(`INSERT INTO marks (n) VALUES (8)`)
	}); !errors.Is(err, errOwn) {
		t.Errorf("cancelled before its statements were sent: %v", err)
	}
	if got := b.marks(t); !slices.Equal(got, []int64{7}) {
		t.Errorf("committed %v, want 7", got)
	}
}

// cuttingProxy stands before a database. Once cut is set it closes a connection
// in the place of passing its COMMIT on.
func cuttingProxy(tb testing.TB, dsn string) (address string, cut *atomic.Bool) {
	tb.Helper()
	target, err := url.Parse(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = listener.Close() })
	cut = &atomic.Bool{}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go pass(client, target.Host, cut)
		}
	}()
	through := *target
	through.Host = listener.Addr().String()
	through.RawQuery = "sslmode=disable"
	return through.String(), cut
}

func pass(client net.Conn, host string, cut *atomic.Bool) {
	defer func() { _ = client.Close() }()
	database, err := new(net.Dialer).DialContext(context.Background(), "tcp", host)
	if err != nil {
		return
	}
	defer func() { _ = database.Close() }()
	go func() {
		_, _ = io.Copy(client, database)
		_ = client.Close()
	}()
	name := sha256.Sum256([]byte(sqlCommit))
	prepared := []byte(hex.EncodeToString(name[:8])) // the driver's name for it has this in it
	buffer := make([]byte, 65536)
	for {
		n, err := client.Read(buffer)
		if err != nil || cut.Load() && (bytes.Contains(bytes.ToLower(buffer[:n]), []byte("commit")) || bytes.Contains(buffer[:n], prepared)) {
			return
		}
		if _, err := database.Write(buffer[:n]); err != nil {
			return
		}
	}
}
