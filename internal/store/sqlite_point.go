package store

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"chancery/internal/store/lite"
)

// points are connections for short reads by key.
type points struct {
	file  string
	slots chan struct{} // one for each connection in use

	mu     sync.Mutex
	idle   []*lite.Conn // the last one used is the first one taken: its pages are at hand
	closed bool
}

const (
	pointCacheKB = 8192

	// So much of the file is read where the system holds it, and not copied into
	// the connection's cache, which every commit of the writer empties. It is
	// bounded because it counts as memory of the program, once per connection: this
	// is what all of them have together.
	pointMapBytes = 192 << 20
)

// newPoints makes as many connections as can be busy at once, when they are needed.
func newPoints(file string) *points {
	connections := max(2, runtime.GOMAXPROCS(0))
	return &points{file: file, slots: make(chan struct{}, connections)}
}

// read calls fn for each row of a statement.
func (p *points) read(sqltext string, args []any, fn func(Scan) error) error {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	c, err := p.take()
	if err != nil {
		return err
	}
	healthy := false
	defer func() { p.give(c, healthy) }() // a panic closes the connection
	rows, err := c.Query(sqltext, args)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			healthy = rows.Close() == nil
			return fmt.Errorf("scan: %w", err)
		}
	}
	err = rows.Close()
	healthy = err == nil
	return err
}

func (p *points) take() (*lite.Conn, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errStopping()
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	return lite.Open(sqliteFile(p.file)+"?mode=rw", []string{
		"busy_timeout(10000)", "query_only(1)", fmt.Sprintf("cache_size(-%d)", pointCacheKB),
		fmt.Sprintf("mmap_size(%d)", pointMapBytes/cap(p.slots)),
	})
}

// give takes a connection back. One on which something failed is not kept.
func (p *points) give(c *lite.Conn, healthy bool) {
	p.mu.Lock()
	if healthy && !p.closed {
		p.idle = append(p.idle, c)
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	_ = c.Close() // it has been told what was wrong with it
}

// close waits for the reads under way.
func (p *points) close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	for range cap(p.slots) {
		<-p.slots
	}
	errs := make([]error, 0, len(idle))
	for _, c := range idle {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
