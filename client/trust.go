package client

import (
	"encoding/json"
	"errors"
	"os"
	"slices"

	"chancery/signed"
)

// maxRotations bounds the chain of announced keys that is kept.
const maxRotations = 16

// rotation is one answer that announced a key. The announcement is kept, not the
// key: so that at every start the chain from the pinned keys to the newest one
// is checked again, and nobody can add a key by editing a file.
type rotation struct {
	Signature string `json:"signature"` // Chancery-Signature as received
	Body      []byte `json:"body"`      // the body it signs; base64 in JSON
}

// loadTrust returns the pinned keys and those they have announced. What does not
// verify is left out: it can only ever make fewer answers believed.
func loadTrust(dir folder, pinned signed.KeySet) (signed.KeySet, []rotation, error) {
	text, err := dir.read(fileRotation)
	if errors.Is(err, os.ErrNotExist) {
		return pinned, nil, nil
	}
	if err != nil {
		return pinned, nil, err
	}
	var stored, kept []rotation
	if json.Unmarshal(text, &stored) != nil {
		return pinned, nil, nil //nolint:nilerr // a damaged note of rotations: the pinned keys go on
	}
	trusted := pinned
	for _, r := range stored {
		response, err := trusted.VerifyStoredResponse(r.Signature, r.Body)
		if err != nil || response.Next == nil {
			continue
		}
		larger, err := trusted.With(response.Next)
		if err != nil {
			continue
		}
		trusted, kept = larger, append(kept, r)
	}
	return trusted, kept, nil
}

// announce takes up the key that a verified answer announces, and keeps the
// answer on disk before the key is used.
func (c *Client) announce(a answer) error {
	if a.Next == nil || c.trusted.Has(signed.KeyID(a.Next)) || len(c.rotations) >= maxRotations {
		return nil
	}
	larger, err := c.trusted.With(a.Next)
	if err != nil {
		return err
	}
	rotations := append(slices.Clip(c.rotations), rotation{a.signature, a.body})
	text, err := json.Marshal(rotations)
	if err != nil {
		return err
	}
	if err := c.dir.write(fileRotation, text); err != nil {
		return err
	}
	c.trusted, c.rotations = larger, rotations
	return nil
}
