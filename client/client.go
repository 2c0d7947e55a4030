package client

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"chancery/signed"
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

	// Changed only by whoever has the turn.
	trusted   signed.KeySet
	rotations []rotation
	counter   int64     // of the newest call that was signed
	silent    time.Time // when a consumption found no answer last; zero: the last one did

	mu     sync.Mutex // guards the rest, never held during a call
	held   held
	left   map[string]*float64 // by limitation id: what answers to Consume said is left since the last heartbeat
	closed bool
	ending bool // no session begins any more

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
	pinned, err := signed.NewKeySet(cfg.PublicKeys...)
	if err != nil {
		return nil, err
	}
	waiting, err := openQueue(dir)
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, dir: dir, queue: waiting, turn: make(chan struct{}, 1), sessions: map[*Session]struct{}{}}
	if c.id, err = clientID(cfg, dir); err != nil {
		return nil, err
	}
	if c.trusted, c.rotations, err = loadTrust(dir, pinned); err != nil {
		return nil, err
	}
	c.held = load(dir, c.trusted, c.id, cfg.ProductID)
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
// once an hour it writes down the time, so that a clock set back is noticed.
func (c *Client) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.cfg.Now()
	s := judge(c.held, now, c.cfg.SoftwareVersion)
	if h := &c.held; h.answer != nil && h.damage == nil && now.Unix() > h.mark.Seen {
		write := now.Unix() >= h.mark.Seen+3600
		if h.mark.Seen = now.Unix(); write {
			// On a disk that is full or read-only the time is known to this process only.
			_ = writeMark(c.dir, h.key, h.mark)
		}
	}
	return s
}

// closeWithin is how long Close tries to give sessions back.
const closeWithin = 3 * time.Second

// Close gives open sessions back, for at most a few seconds, ends running calls
// with ErrClosed and waits for them. Status still works. Closing twice is fine.
func (c *Client) Close() error {
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
	if c.own {
		c.http.CloseIdleConnections()
	}
	return nil
}

// begin takes the turn for a call. The context it returns ends with the caller's
// and with Close; done must be called.
func (c *Client) begin(ctx context.Context) (_ context.Context, done func(), err error) {
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

func (c *Client) snapshot() held {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

func (c *Client) replace(h held) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = h
}

// forget drops what answers to Consume said is left: a newer one says it.
func (c *Client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = nil
}
