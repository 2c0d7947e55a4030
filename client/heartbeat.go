package client

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

type heartbeat struct {
	ProductID       string `json:"product_id"`
	ClientID        string `json:"client_id"`
	SoftwareVersion string `json:"software_version"`
	OperatingSystem string `json:"operating_system"`
	Hostname        string `json:"hostname,omitempty"`
	Platform        string `json:"platform"`
}

// Heartbeat asks how the licence stands now, and keeps the answer. Call it when
// Status says HeartbeatDue (daily is a good start) and when the user asks for it.
//
// ErrUnreachable and *ServerError change nothing: Status goes on judging the last
// good answer. A *RefusalError that says there is no licence any more (such as
// 2006: deactivated elsewhere) counts at once and is remembered. ErrStateRolledBack
// is an answer with a lower serial than one seen before: it is not kept; only
// Activate starts anew.
//
// The token key is not sent: the server knows which one this client holds, and
// may have moved it to another licence.
func (c *Client) Heartbeat(ctx context.Context) (Status, error) {
	ctx, done, err := c.begin(ctx)
	if err != nil {
		return c.Status(), err
	}
	defer done()
	h := c.snapshot()
	if h.key == nil {
		return c.Status(), errors.Join(ErrNotActivated, h.damage)
	}
	a, err := c.beat(ctx, h)
	var refused *RefusalError
	if errors.As(err, &refused) && ends(refused.ID) {
		return c.end(refused, err)
	}
	if err != nil {
		return c.Status(), err
	}
	if a.license, err = readLicense(a.body, c.id, c.cfg.ProductID); err != nil {
		return c.Status(), err
	}
	if a.license.TokenKey == h.mark.TokenKey && a.license.Serial < h.mark.Serial {
		return c.Status(), fmt.Errorf("%w: serial %d after %d", ErrStateRolledBack, a.license.Serial, h.mark.Serial)
	}
	return c.kept(ctx, h, a)
}

// beat is the call of a heartbeat.
func (c *Client) beat(ctx context.Context, h held) (answer, error) {
	return c.call(ctx, "heartbeats", heartbeat{
		ProductID: c.cfg.ProductID, ClientID: c.id,
		SoftwareVersion: c.cfg.SoftwareVersion, OperatingSystem: c.cfg.OperatingSystem,
		Hostname: c.cfg.Hostname, Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}, h.key)
}

// end remembers that the server took the licence away.
func (c *Client) end(refused *RefusalError, cause error) (Status, error) {
	c.mu.Lock()
	h := c.held
	if h.answer != nil {
		h.mark.Refusal = refused
		c.held = h
		if err := writeMark(c.dir, h.key, h.mark); err != nil {
			cause = errors.Join(cause, err)
		}
	}
	c.mu.Unlock()
	return c.Status(), cause
}
