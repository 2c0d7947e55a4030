package client

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

type heartbeat struct {
	ProductID       string `json:"product_id"`
	ClientID        string `json:"client_id"`
	SoftwareVersion string `json:"software_version"`
	OperatingSystem string `json:"operating_system"`

	DeviceVariables map[string]string `json:"device_variables,omitempty"`
	Hostname        string            `json:"hostname,omitempty"`
	Platform        string            `json:"platform"`
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
	asked := c.cfg.Now()
	a, err := c.beat(ctx, h)
	var refused *RefusalError
	if errors.As(err, &refused) && ends(refused.ID) {
		return c.end(h, refused, a.IssuedAt, err)
	}
	if err != nil {
		return c.Status(), err
	}
	if a.license, err = readLicense(a.body, c.id, c.cfg.ProductID); err != nil {
		return c.Status(), err
	}
	return c.kept(ctx, h, func(all held) (held, error) {
		if all.key == nil || !all.key.Equal(h.key) {
			return all, nil // another process has given up this activation meanwhile
		}
		next := h.answered(a, asked, c.cfg, all)
		if next.unsaved && a.license.TokenKey == all.mark.TokenKey && a.license.Serial < all.mark.Serial {
			return all, fmt.Errorf("%w: serial %d after %d", ErrStateRolledBack, a.license.Serial, all.mark.Serial)
		}
		return next, nil
	})
}

// beat is the call of a heartbeat.
func (c *Client) beat(ctx context.Context, h held) (answer, error) {
	return c.call(ctx, "heartbeats", heartbeat{
		ProductID: c.cfg.ProductID, ClientID: c.id,
		SoftwareVersion: c.cfg.SoftwareVersion, OperatingSystem: c.cfg.OperatingSystem, DeviceVariables: c.cfg.DeviceVariables,
		Hostname: c.cfg.Hostname, Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}, h.key)
}

// end remembers that the server took the licence away at this moment of its clock.
func (c *Client) end(h held, refused *RefusalError, at time.Time, cause error) (Status, error) {
	err := c.settle(lockWait, func(all held) held {
		if (all.answer != nil || all.marked) && all.key.Equal(h.key) {
			all.mark, all.unsaved = all.mark.refused(refused, at.Unix(), h.mark), true
		}
		return all
	})
	if err != nil {
		cause = errors.Join(cause, err)
	}
	return c.Status(), cause
}
