package client

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
)

// ownKey returns the client's key, made at the first activation. Its file is two
// lines, the client id and the seed: a key that was copied to another machine is
// not used there.
func ownKey(dir folder, random io.Reader, clientID string) (ed25519.PrivateKey, error) {
	var seed [ed25519.SeedSize]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return nil, fmt.Errorf("client: no randomness for a key: %w", err)
	}
	kept, err := dir.writeFirst(fileKey, keyText(seed[:], clientID))
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	return readKey(kept, clientID)
}

func keyText(seed []byte, clientID string) []byte {
	return []byte(clientID + "\n" + base64.RawURLEncoding.EncodeToString(seed) + "\n")
}

func writeKey(dir folder, key ed25519.PrivateKey, clientID string) error {
	return dir.write(fileKey, keyText(key.Seed(), clientID))
}

func readKey(text []byte, clientID string) (ed25519.PrivateKey, error) {
	id, rest, _ := strings.Cut(string(text), "\n")
	seed, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%w: %s", ErrStateEdited, fileKey)
	}
	if id != clientID {
		return nil, fmt.Errorf("%w: %s", ErrStateCopied, fileKey)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}
