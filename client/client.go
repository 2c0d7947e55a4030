package client

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A Client is one installation's licence. Make it with New, Close it at the end.
type Client struct {
	cfg   Config
	id    string
	dir   folder
	queue queue
	http  *http.Client
	own   bool // http is ours to close

	turn    chan struct{}   // of capacity 1: calls go one at a time
	closing context.Context //nolint:containedctx // ends the calls under way when the client is closed
	close   context.CancelFunc
	calls   sync.WaitGroup
	ended   sync.Once

	pinned trust

	// Changed only by whoever has the turn.
	counter int64     // of the newest call that was signed
	silent  time.Time // when a consumption found no answer last; zero: the last one did

	mu      sync.Mutex // guards the rest, never held during a call
	trusted trust
	held    held
	offline offline
	ticked  time.Time           // when the clock was looked at last
	settled time.Time           // when the disk was
	left    map[string]*float64 // by limitation id: what answers to Consume said is left since the last heartbeat
	closed  bool
	ending  bool // no session begins any more

	sessions map[*Session]struct{} // that Close ends
}

// New checks the configuration and reads the state. It opens no connection. A
// damaged state is no error here: Status tells it, and Heartbeat or Activate
// heals it.
func New(cfg Config) (*Client, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	dir, err := openFolder(cfg)
	if err != nil {
		return nil, err
	}
	pinned, err := pinnedTrust(cfg)
	if err != nil {
		return nil, err
	}
	waiting, err := openQueue(dir)
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, dir: dir, queue: waiting, pinned: pinned, turn: make(chan struct{}, 1), sessions: map[*Session]struct{}{},
	}
	if unlock, err := dir.lock(lockWait); err == nil { // a program must start, also beside one that hangs
		defer unlock()
	}
	if c.id, err = clientID(cfg, dir); err != nil {
		return nil, err
	}
	if c.trusted, err = loadTrust(dir, pinned); err != nil {
		return nil, err
	}
	c.held = c.load()
	c.offline = c.loadOffline()
	c.ticked = cfg.Now()
	if c.settled = c.ticked; c.ticked.Unix()-c.held.mark.Seen >= seconds(writeEvery) {
		c.settled = time.Time{} // the first Status writes
	}
	c.http, c.own = httpClient(cfg.HTTPClient)
	c.closing, c.close = context.WithCancel(context.Background())
	return c, nil
}

func httpClient(given *http.Client) (client *http.Client, own bool) {
	if given == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents the type
		given = &http.Client{Timeout: 30 * time.Second, Transport: transport}
		own = true
	}
	copied := *given
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &copied, own
}

// ClientID is who this client is to the server.
func (c *Client) ClientID() string { return c.id }

// Status judges the last good answer; it opens no connection and never fails.
// Call it whenever the program needs to know: it costs microseconds, and at most
// once a minute it writes down the time, so that a clock set back is noticed, and
// reads what other processes over the same StateDir were told.
func (c *Client) Status() Status {
	now := c.cfg.Now()
	if c.tick(now) {
		// On a disk that is full or read-only the time is known to this process only.
		if err := errors.Join(c.settle(0, same), c.settleOffline(0)); errors.Is(err, errLocked) {
			c.mu.Lock()
			c.settled = time.Time{} // another process writes at this moment
			c.mu.Unlock()
		}
	}
	h, o := c.snapshot(), c.offlineState()
	if c.byFile(h, o) {
		return judgeOffline(o, now)
	}
	return judge(h, now, c.cfg.SoftwareVersion)
}

// closeWithin is how long Close tries to give sessions back.
const closeWithin = 3 * time.Second

// Close gives open sessions back, for at most a few seconds, ends running calls
// with ErrClosed, waits for them, and writes down the time. Status still works.
// Closing twice is fine.
func (c *Client) Close() error {
	c.ended.Do(c.shut) // a second Close waits for the first
	return nil
}

func (c *Client) shut() {
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	for _, s := range c.lastSessions() {
		_ = s.Close(ctx) // it lapses by itself
	}
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.close()
	c.calls.Wait()
	c.tick(c.cfg.Now())
	_ = c.settle(lockWait, same) // as in Status
	_ = c.settleOffline(lockWait)
	if c.own {
		c.http.CloseIdleConnections()
	}
}

// begin takes the turn for a call, and reads what other processes have written. The context it returns ends with the caller's
// and with Close; done must be called.
func (c *Client) begin(ctx context.Context) (_ context.Context, done func(), err error) {
	if c.cfg.Offline {
		return nil, nil, ErrOffline
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, nil, ErrClosed
	}
	c.calls.Add(1)
	c.mu.Unlock()

	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(c.closing, func() { cancel(ErrClosed) })
	release := func() { stop(); cancel(nil); c.calls.Done() }
	select {
	case c.turn <- struct{}{}:
		c.refresh()
		return ctx, func() { <-c.turn; release() }, nil
	case <-ctx.Done():
		err := context.Cause(ctx)
		release()
		return nil, nil, err
	}
}

// hold notes an open session; false when the client is closed.
func (c *Client) hold(s *Session) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ending {
		c.sessions[s] = struct{}{}
	}
	return !c.ending
}

func (c *Client) letGo(s *Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sessions, s)
}

// lastSessions gives the sessions that are not closed, and lets no more begin.
func (c *Client) lastSessions() []*Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending = true
	return slices.Collect(maps.Keys(c.sessions))
}

// forget drops what answers to Consume said is left: a newer one says it.
func (c *Client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = nil
}
