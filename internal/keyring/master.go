package keyring

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// MasterKey is what everything secret in the database is sealed under. Backups
// leave it out; whoever has it and the database can sign in every vendor's name.
type MasterKey [32]byte

// MasterKeyID is the name of a master key, which each value sealed under it bears.
// It tells nothing of the key.
type MasterKeyID [8]byte

// ID gives the key's name: the beginning of a digest of its own kind.
func (m MasterKey) ID() (id MasterKeyID) {
	sum := sha256.Sum256(append([]byte("chancery master key\x00"), m[:]...))
	copy(id[:], sum[:])
	return id
}

// String gives the name as people read it.
func (id MasterKeyID) String() string { return hex.EncodeToString(id[:]) }

// MasterKeys are the master keys of a server, the newest first: that one seals, all
// of them open.
type MasterKeys []MasterKey

var errMasterKey = errors.New("the master key must be 32 bytes in base64; `head -c 32 /dev/urandom | base64` makes one")

// ParseMasterKeys reads keys in base64 with blanks, line breaks or commas between them.
func ParseMasterKeys(text string) (MasterKeys, error) {
	var keys MasterKeys
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || strings.ContainsRune(" \t\r\n", r) }) {
		b, err := base64.StdEncoding.DecodeString(word)
		var m MasterKey
		if err != nil || len(b) != len(m) {
			return nil, errMasterKey
		}
		copy(m[:], b)
		if m == (MasterKey{}) {
			return nil, errMasterKey
		}
		if !slices.Contains(keys, m) {
			keys = append(keys, m)
		}
	}
	if len(keys) == 0 {
		return nil, errMasterKey
	}
	return keys, nil
}

// NewMasterKey makes a key.
func NewMasterKey(random io.Reader) (m MasterKey, err error) {
	if _, err := io.ReadFull(random, m[:]); err != nil {
		return MasterKey{}, fmt.Errorf("make a master key: %w", err)
	}
	return m, nil
}

// text is what a file of these keys holds, a line for each.
func (k MasterKeys) text() string {
	var b strings.Builder
	for _, m := range k {
		b.WriteString(base64.StdEncoding.EncodeToString(m[:]) + "\n")
	}
	return b.String()
}
