package keyring

import (
	"crypto/sha256"
	"sync"
)

const maxConstants = 4096

// constants keeps RSA signatures over bodies that never change: refusals.
type constants struct {
	mu   sync.RWMutex
	kept map[constant][]byte
}

type constant struct {
	kid  string
	body [sha256.Size]byte
}

func (c *constants) get(kid string, body []byte, sign func() ([]byte, error)) ([]byte, error) {
	key := constant{kid: kid, body: sha256.Sum256(body)}
	c.mu.RLock()
	signature := c.kept[key]
	c.mu.RUnlock()
	if signature != nil {
		return signature, nil
	}
	signature, err := sign()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= maxConstants {
		c.kept = map[constant][]byte{}
	}
	c.kept[key] = signature
	return signature, nil
}
