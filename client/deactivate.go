package client

import (
	"context"
	"errors"
)

// unassignment names the client too: should another one have the token by now,
// the first call was heard, and there is nothing left to do.
type unassignment struct {
	TokenKey string `json:"token_key"`
	ClientID string `json:"client_id"`
}

// Deactivate gives this client's token back and forgets the licence. That it was
// given back already (2004) counts as done, so a lost answer is no harm. After
// any other error nothing has changed here.
//
// The client's key goes too: the next activation makes a new one, and a recorded
// call of this activation is worth nothing then.
func (c *Client) Deactivate(ctx context.Context) error {
	ctx, done, err := c.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	h := c.snapshot()
	if h.damage != nil {
		return h.damage // the token key can't be believed: Heartbeat first
	}
	if h.key == nil || h.answer == nil {
		return ErrNotActivated
	}
	c.flush(ctx, h) // the last chance of what waits
	_, err = c.call(ctx, "unassign", unassignment{TokenKey: h.answer.license.TokenKey, ClientID: c.id}, h.key)
	var refused *RefusalError
	if errors.As(err, &refused) && refused.ID == RefusalAlreadyUnassigned {
		err = nil
	}
	if err != nil {
		return err
	}
	return c.giveUp(h)
}

// giveUp forgets the licence, unless another process has activated anew meanwhile.
func (c *Client) giveUp(h held) error {
	// Without the lock too: what the server has taken back must not outlive it here.
	if unlock, err := c.dir.lock(lockWait); err == nil {
		defer unlock()
	}
	if disk := c.load(); disk.key != nil && !disk.key.Equal(h.key) {
		c.replace(disk)
		return nil
	}
	c.replace(held{})
	c.forget()
	// The key last: as long as it is there, a crash leaves "no answer", not "damaged".
	return errors.Join(c.queue.clear(), c.dir.remove(fileAnswer), c.dir.remove(fileMark), c.dir.remove(fileKey))
}
