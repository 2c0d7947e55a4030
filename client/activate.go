package client

import (
	"context"
	"crypto/ed25519"
	"errors"
	"runtime"
	"strings"
	"time"

	"chancery/signed"
)

// A User is a licensee user of a user-based licence: an e-mail with either the
// password or a single-use code from the vendor.
type User struct {
	Email, Password, Code string
}

type activation struct {
	ProductID         string `json:"product_id"`
	LicenseKey        string `json:"license_key,omitempty"`
	UserEmail         string `json:"user_email,omitempty"`
	UserPassword      string `json:"user_password,omitempty"`
	UserCode          string `json:"user_code,omitempty"`
	ClientID          string `json:"client_id"`
	ClientName        string `json:"client_name,omitempty"`
	ClientDescription string `json:"client_description,omitempty"`
	SoftwareVersion   string `json:"software_version"`
	Timestamp         string `json:"timestamp_utc"`
	Hostname          string `json:"hostname,omitempty"`
	Platform          string `json:"platform"`
	OperatingSystem   string `json:"operating_system"`
	ClientPublicKey   string `json:"client_public_key"`

	DeviceVariables map[string]string `json:"device_variables,omitempty"`
}

// Activate takes a token of the licence with this license, token, legacy or
// grouped key for this client. Activating the same licence again is harmless and
// answers the same token; another licence of the product gives the old one up. A
// *RefusalError leaves an activation that was there before as it is.
func (c *Client) Activate(ctx context.Context, key string) (Status, error) {
	key = strings.TrimSpace(key)
	if key == "" {
		return c.Status(), errors.New("client: the license key is empty")
	}
	return c.activate(ctx, activation{LicenseKey: key})
}

// ActivateUser is Activate for a licence that belongs to a user.
func (c *Client) ActivateUser(ctx context.Context, user User) (Status, error) {
	if user.Email == "" || (user.Password == "") == (user.Code == "") {
		return c.Status(), errors.New("client: an e-mail and either a password or a code are needed")
	}
	return c.activate(ctx, activation{UserEmail: user.Email, UserPassword: user.Password, UserCode: user.Code})
}

func (c *Client) activate(ctx context.Context, request activation) (Status, error) {
	ctx, done, err := c.begin(ctx)
	if err != nil {
		return c.Status(), err
	}
	defer done()
	h, err := c.withKey()
	if err != nil {
		return c.Status(), err
	}
	request.ProductID, request.ClientID = c.cfg.ProductID, c.id
	request.ClientName, request.ClientDescription = c.cfg.ClientName, c.cfg.ClientDescription
	request.SoftwareVersion, request.Hostname = c.cfg.SoftwareVersion, c.cfg.Hostname
	request.OperatingSystem, request.Platform = c.cfg.OperatingSystem, runtime.GOOS+"/"+runtime.GOARCH
	request.DeviceVariables = c.cfg.DeviceVariables
	request.Timestamp = c.cfg.Now().UTC().Format(time.RFC3339)
	request.ClientPublicKey = signed.FormatKey(h.key.Public().(ed25519.PublicKey)) //nolint:forcetypeassert // an ed25519 key has no other public key

	if h.answer != nil && h.damage == nil {
		c.flush(ctx, h) // it belongs to the licence that is held so far
	}
	asked := c.cfg.Now()
	a, err := c.call(ctx, "activations", request, h.key)
	if refused, is := errors.AsType[*RefusalError](err); is && refused.ID == RefusalKeyGivenUp {
		// Deactivate was heard, and stopped here before it had forgotten the licence.
		if err = c.giveUp(h); err != nil {
			return c.Status(), err
		}
		if h, err = c.withKey(); err != nil {
			return c.Status(), err
		}
		request.ClientPublicKey = signed.FormatKey(h.key.Public().(ed25519.PublicKey)) //nolint:forcetypeassert // an ed25519 key has no other public key
		asked = c.cfg.Now()
		a, err = c.call(ctx, "activations", request, h.key)
	}
	if err != nil {
		return c.Status(), err
	}
	if a.license, err = readLicense(a.body, c.id, c.cfg.ProductID); err != nil {
		return c.Status(), err
	}
	if !a.license.isOf(request.LicenseKey) {
		return c.Status(), ErrForeignAnswer
	}
	return c.kept(ctx, h, func(all held) (held, error) {
		if all.key != nil && !all.key.Equal(h.key) {
			return all, nil // another process has activated anew meanwhile
		}
		return h.answered(a, asked, c.cfg, all), nil
	})
}

// isOf reports whether an answer is about the licence that a key was sent of. Keys
// that people type can be spelled in many ways, and only UUIDs are compared.
func (l LicenseInfo) isOf(key string) bool {
	key, err := uuid("", key)
	if err != nil || l.LicenseKey == "" {
		return true
	}
	return strings.EqualFold(key, l.LicenseKey) || strings.EqualFold(key, l.TokenKey) || strings.EqualFold(key, l.LegacyLicenseKey)
}

// withKey returns what is held, with the key of an activation that is to come. What lies
// there and is not this client's, or can't be read, makes way.
func (c *Client) withKey() (held, error) {
	unlock, err := c.dir.lock(lockWait)
	if err != nil {
		return held{}, err
	}
	defer unlock()
	h := join(c.snapshot(), c.load())
	if h.key == nil {
		if h.damage != nil {
			if err := c.dir.remove(fileAnswer, fileMark, fileKey); err != nil {
				return h, err
			}
		}
		h = held{}
		if h.key, err = ownKey(c.dir, c.cfg.Rand, c.id); err != nil {
			return h, err
		}
	}
	c.replace(h)
	return h, nil
}

// answered is what is held after an answer to a call that was made when h was
// held; all is what is known by now.
func (h held) answered(a answer, asked time.Time, cfg Config, all held) held {
	if m := all.mark; all.answer != nil && m.Contact > h.mark.Contact && m.Answered > a.IssuedAt.Unix() {
		all.fresh = true
		return all // another process got a later one meanwhile
	}
	m := received(a, asked, cfg.Now(), cfg.SoftwareVersion, all.mark, h.mark)
	return held{key: h.key, answer: &a, mark: m, fresh: true, unsaved: true}
}

// kept makes a verified answer the state, as change does it, and sends what waited
// for a contact. That some may go on waiting is no failure of this call.
func (c *Client) kept(ctx context.Context, h held, change func(all held) (held, error)) (Status, error) {
	var refused error
	err := c.settle(lockWait, func(all held) held {
		all, refused = change(all)
		return all
	})
	c.forget()
	if err = errors.Join(err, refused); err != nil {
		return c.Status(), err
	}
	c.flush(ctx, h)
	return c.Status(), nil
}
