package client

import "time"

// writeEvery is how far the clock on disk may be behind. A crash, or being ended
// without Close, forgets this much and no more.
const writeEvery = time.Minute

// tick moves what is held on to this moment of the machine's clock, and tells
// whether it is time to look at the disk, and to write there.
func (c *Client) tick(now time.Time) (due bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.move(now)
	wall := now.Round(0).Sub(c.settled.Round(0)) // without the monotonic clock
	if due = now.Sub(c.settled) >= writeEvery || wall.Abs() >= writeEvery; due {
		c.settled = now
	}
	return due
}

// pass is tick before what is held is changed: what comes now is no older for the time
// that has passed before it.
func (c *Client) pass() {
	now := c.cfg.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.move(now)
}

// move is for whoever has the lock.
func (c *Client) move(now time.Time) {
	// Where the clock is time.Now this is measured without it: setting it back
	// does not make a program younger. Parts of a second wait for the next time.
	ran := max(now.Sub(c.ticked), 0).Truncate(time.Second)
	if c.ticked = c.ticked.Add(ran); now.Before(c.ticked) {
		c.ticked = now
	}
	if h := &c.held; h.answer != nil && h.damage == nil {
		h.mark = h.mark.passed(now, ran)
	}
	if o := &c.offline; o.File != "" && o.damage == nil {
		o.Mark = o.Mark.passed(now, ran)
	}
}

// settle joins what is held with what lies on disk, lets change do something to
// that, and writes down what is new: all of it under the folder's lock, which it
// waits for so long. Whatever fails, the program may run on what is then held: it
// is joined and written by the next one.
func (c *Client) settle(within time.Duration, change func(held) held) error {
	c.pass()
	unlock, failed := c.dir.lock(within)
	if failed != nil {
		c.replace(change(c.snapshot()))
		return failed
	}
	defer unlock()
	disk := c.load()
	all := change(join(c.snapshot(), disk))
	failed = all.save(c.dir, disk)
	all.unsaved = all.unsaved && failed != nil
	c.replace(all)
	return failed
}

// refresh takes up what other processes have written.
func (c *Client) refresh() {
	unlock, err := c.dir.lock(lockWait)
	if err != nil {
		return // the call goes on with what this process knows
	}
	defer unlock()
	if t, err := loadTrust(c.dir, c.pinned); err == nil {
		c.setTrust(t)
	}
	c.replace(join(c.snapshot(), c.load()))
}

// load reads the folder, for whoever has its lock.
func (c *Client) load() held {
	t, err := loadTrust(c.dir, c.pinned)
	if err != nil {
		t = c.pinned
	}
	return load(c.dir, t, c.id, c.cfg.ProductID)
}

// save writes what differs from the disk: the key, the answer, then the mark, so
// that a crash between them leaves an answer newer than its mark. Of a damaged state
// only the mark is kept up, until an answer or a refusal takes its place.
func (h held) save(dir folder, disk held) error {
	switch {
	case h.key == nil:
		return nil
	case h.answer == nil || h.damage != nil || disk.damage != nil && !h.unsaved:
		if !disk.marked || disk.mark.same(h.mark) || !disk.key.Equal(h.key) {
			return nil
		}
		return writeMark(dir, h.key, h.mark)
	}
	if disk.key == nil {
		if err := writeKey(dir, h.key, h.mark.ClientID); err != nil {
			return err
		}
	}
	if disk.answer == nil || disk.answer.signature != h.answer.signature {
		if err := dir.write(fileAnswer, writeAnswer(*h.answer)); err != nil {
			return err
		}
	}
	if disk.damage == nil && disk.answer != nil && !disk.found && disk.mark.same(h.mark) {
		return nil
	}
	return writeMark(dir, h.key, h.mark)
}

// same changes nothing.
func same(h held) held { return h }

func (c *Client) snapshot() held {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

// replace makes h what is held. The clock that went on meanwhile is kept.
func (c *Client) replace(h held) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if before := c.held; h.answer != nil && before.answer != nil && h.key.Equal(before.key) && h.mark.Contact == before.mark.Contact {
		h.mark = h.mark.merge(before.mark)
	}
	c.held = h
}
