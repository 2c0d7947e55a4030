package client

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// clientID finds who this client is; it writes a file only where a random id has
// to be kept.
func clientID(cfg Config, dir folder) (string, error) {
	if cfg.ClientID != "" {
		return cfg.ClientID, nil
	}
	if cfg.Identity == PerMachine {
		if id, err := cfg.MachineID(); err == nil && strings.TrimSpace(id) != "" {
			// Hashed with the product: two vendors can't compare notes on a machine.
			sum := sha256.Sum256([]byte("chancery client id\n" + cfg.ProductID + "\n" + strings.TrimSpace(id)))
			return hex.EncodeToString(sum[:16]), nil
		}
	}
	return keptID(cfg.Rand, dir)
}

func keptID(random io.Reader, dir folder) (string, error) {
	kept, err := dir.read(fileClientID)
	if errors.Is(err, os.ErrNotExist) {
		var id [16]byte
		if _, err := io.ReadFull(random, id[:]); err != nil {
			return "", fmt.Errorf("client: no randomness for a client id: %w", err)
		}
		kept, err = dir.writeFirst(fileClientID, []byte(hex.EncodeToString(id[:])))
	}
	if err != nil {
		return "", err
	}
	if id, err := hex.DecodeString(string(kept)); err != nil || len(id) != 16 {
		return "", fmt.Errorf("client: %s is damaged; restore it or remove it to start anew", dir.path(fileClientID))
	}
	return string(kept), nil
}
