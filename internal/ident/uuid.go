package ident

import (
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// UUID is an RFC 9562 identifier, 16 bytes.
type UUID [16]byte

var errUUID = errors.New("not a UUID: write it as 8-4-4-4-12 hexadecimal digits")

// ParseUUID reads the 36-character form, in either case. The error is safe to show.
func ParseUUID(s string) (UUID, error) {
	var u UUID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return UUID{}, errUUID
	}
	at := 0
	for _, part := range [...]string{s[0:8], s[9:13], s[14:18], s[19:23], s[24:36]} {
		n, err := hex.Decode(u[at:], []byte(part))
		if err != nil {
			return UUID{}, errUUID
		}
		at += n
	}
	return u, nil
}

// String gives the lower-case 36-character form.
func (u UUID) String() string {
	b, _ := u.AppendText(make([]byte, 0, 36))
	return string(b)
}

// AppendText appends the 36-character form to b.
func (u UUID) AppendText(b []byte) ([]byte, error) {
	b = hex.AppendEncode(b, u[0:4])
	for _, part := range [...][]byte{u[4:6], u[6:8], u[8:10], u[10:16]} {
		b = append(b, '-')
		b = hex.AppendEncode(b, part)
	}
	return b, nil
}

// MarshalText implements encoding.TextMarshaler.
func (u UUID) MarshalText() ([]byte, error) { return u.AppendText(make([]byte, 0, 36)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (u *UUID) UnmarshalText(b []byte) error {
	v, err := ParseUUID(string(b))
	if err != nil {
		return err
	}
	*u = v
	return nil
}

// IsZero reports whether u is the nil UUID.
func (u UUID) IsZero() bool { return u == UUID{} }

// Value implements driver.Valuer: 16 bytes, and NULL for the nil UUID.
func (u UUID) Value() (driver.Value, error) {
	if u.IsZero() {
		return nil, nil
	}
	return u[:], nil
}

// Scan implements sql.Scanner.
func (u *UUID) Scan(src any) error {
	switch b := src.(type) {
	case nil:
		*u = UUID{}
		return nil
	case []byte:
		if len(b) == len(u) {
			copy(u[:], b)
			return nil
		}
	}
	return fmt.Errorf("a UUID column held %T", src)
}

// Source makes ids. Its zero value is not usable: both parts come from the constructor's caller.
type Source struct {
	Clock Clock
	Rand  io.Reader // crypto/rand.Reader outside tests; it must never fail
}

// V4 makes a random UUID: license keys, token keys.
func (s Source) V4() UUID {
	var u UUID
	s.fill(u[:])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u
}

// V7 makes a time-ordered UUID: what things are known by outside.
func (s Source) V7() UUID {
	var u UUID
	s.fill(u[6:])
	ms := s.Clock.Now().UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i) & 0xff)
	}
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	return u
}

// Secret makes n random bytes.
func (s Source) Secret(n int) []byte {
	b := make([]byte, n)
	s.fill(b)
	return b
}

func (s Source) fill(b []byte) {
	if _, err := io.ReadFull(s.Rand, b); err != nil {
		panic("ident: no randomness: " + err.Error()) // nothing safe can be made without it
	}
}
