package client

import (
	"context"
	"encoding/json"
	"errors"
)

// unassignment names the client too: should another one have the token by now,
// the first call was heard, and there is nothing left to do.
type unassignment struct {
	TokenKey string `json:"token_key"`
	ClientID string `json:"client_id"`
}

// Deactivate gives this client's token back and forgets the licence. That it was
// given back already (2004) counts as done, so a lost answer is no harm; whether the
// client has another one by an activation whose answer was lost is asked then. After
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
	err = c.unassign(ctx, h, h.answer.license.TokenKey)
	if isRefusal(err, RefusalAlreadyUnassigned) {
		err = c.unassignOther(ctx, h)
	}
	if err != nil {
		return err
	}
	return c.giveUp(h)
}

func (c *Client) unassign(ctx context.Context, h held, token string) error {
	a, err := c.call(ctx, "unassign", unassignment{TokenKey: token, ClientID: c.id}, h.key)
	if err != nil {
		return err
	}
	return a.isSentence()
}

// unassignOther gives back the token that the client has in the place of the one
// that is known here: of an activation whose answer was lost. Mostly there is none.
func (c *Client) unassignOther(ctx context.Context, h held) error {
	a, err := c.beat(ctx, h)
	if isRefusal(err, RefusalUnknownClient) {
		return nil
	}
	if err != nil {
		return err
	}
	if a.license, err = readLicense(a.body, c.id, c.cfg.ProductID); err != nil {
		return err
	}
	return c.unassign(ctx, h, a.license.TokenKey)
}

func isRefusal(err error, id int) bool {
	refused, is := errors.AsType[*RefusalError](err)
	return is && refused.ID == id
}

// isSentence checks that an answer says that something is done, and nothing else.
func (a answer) isSentence() error {
	var sentence string
	if json.Unmarshal(a.body, &sentence) != nil || sentence == "" {
		return ErrForeignAnswer
	}
	return nil
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
