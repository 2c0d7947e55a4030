package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"chancery/signed"
)

// judgeFile verifies a licence file, by the keys that are believed with the list of the
// root key that it brings, and gives what is believed after it. Whoever calls has the
// folder's lock; nothing is written.
func (c *Client) judgeFile(text []byte) (f offlineFile, t trust, err error) {
	if t, err = loadTrust(c.dir, c.pinned); err != nil {
		return f, t, err
	}
	d, err := signed.ReadUnverified(text)
	if err != nil {
		return f, t, t.notSigned(text, err)
	}
	var brings struct {
		KeyList string `json:"key_list"`
	}
	if json.Unmarshal(d.Payload, &brings) == nil {
		t = t.withList(brings.KeyList) // it proves itself
	}
	if f, err = c.readOffline(text, t); err != nil {
		return f, t, err
	}
	now, issued := c.cfg.Now(), time.Unix(f.said.IssuedAt, 0)
	if err := t.inTime(signed.Response{KeyID: d.KeyID, IssuedAt: issued}, now); err != nil {
		return f, t, t.notSigned(text, err)
	}
	for _, announced := range f.said.NextKeys {
		t, _ = t.withDocument(rotation{Document: announced})
	}
	t, _ = t.used(d.KeyID, issued, now)
	return f, t, nil
}

// judgeReceipt is judgeFile for a receipt, which brings no keys.
func (c *Client) judgeReceipt(text []byte) (r signed.Receipt, t trust, err error) {
	if t, err = loadTrust(c.dir, c.pinned); err != nil {
		return r, t, err
	}
	if r, err = t.signers(signed.UseDocuments).ReadReceipt(text); err != nil {
		return r, t, t.notSigned(text, err)
	}
	d, err := signed.ReadUnverified(text)
	if err != nil {
		return r, t, t.notSigned(text, err)
	}
	now, issued := c.cfg.Now(), time.Unix(r.IssuedAt, 0)
	if err := t.inTime(signed.Response{KeyID: d.KeyID, IssuedAt: issued}, now); err != nil {
		return r, t, t.notSigned(text, err)
	}
	t, _ = t.used(d.KeyID, issued, now)
	return r, t, nil
}

// believe keeps what is believed, on disk before it is used. Whoever calls has the
// folder's lock.
func (c *Client) believe(t trust) error {
	before := c.trust()
	if t.document != before.document {
		if err := c.dir.write(fileKeyList, []byte(t.document)); err != nil {
			return err
		}
	}
	if len(t.chain) > 0 {
		text, err := json.Marshal(t.chain)
		if err != nil {
			return fmt.Errorf("client: %w", err)
		}
		if held, err := c.dir.read(fileRotation); len(text) <= maxFile && (err != nil || !bytes.Equal(held, text)) {
			if err := c.dir.write(fileRotation, text); err != nil {
				return err
			}
		}
	}
	c.setTrust(t)
	return nil
}
