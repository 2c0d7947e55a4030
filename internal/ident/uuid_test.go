package ident_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
)

func TestUUIDTextAndRow(t *testing.T) {
	t.Parallel()
	const text = "01890a5d-ac96-774b-bcce-b302099a8057"
	u, err := ident.ParseUUID(strings.ToUpper(text))
	if err != nil || u.String() != text {
		t.Fatalf("got %v, %v", u, err)
	}
	value, err := u.Value()
	if b, ok := value.([]byte); err != nil || !ok || len(b) != 16 {
		t.Fatalf("stored as %v, %v", value, err)
	}
	var back ident.UUID
	if err := back.Scan(value); err != nil || back != u {
		t.Errorf("read back as %v, %v", back, err)
	}
	var none ident.UUID
	if value, err := none.Value(); err != nil || value != nil {
		t.Errorf("none is stored as %v, %v", value, err)
	}
	if err := back.Scan(nil); err != nil || !back.IsZero() {
		t.Errorf("NULL is read as %v, %v", back, err)
	}
	for _, wrong := range []any{[]byte{1, 2}, text, int64(1)} {
		if err := back.Scan(wrong); err == nil {
			t.Errorf("%T was read from a row", wrong)
		}
	}
	for _, wrong := range []string{"", text[:35], text + "0", strings.ReplaceAll(text, "-", ""), "{" + text[1:35] + "}", strings.Replace(text, "0", "g", 1), strings.Replace(text, "-", "0", 1)} {
		if got, err := ident.ParseUUID(wrong); err == nil {
			t.Errorf("%q was read as %v", wrong, got)
		}
	}
}

func TestSourceMakesVersions4And7(t *testing.T) {
	t.Parallel()
	clock := ident.NewManualClock(time.UnixMilli(1_700_000_000_123))
	s := ident.Source{Clock: clock, Rand: rand.Reader}
	seen := map[ident.UUID]bool{}
	last := ""
	for range 100 {
		four, seven := s.V4(), s.V7()
		if four[6]>>4 != 4 || seven[6]>>4 != 7 || four[8]>>6 != 2 || seven[8]>>6 != 2 {
			t.Fatalf("versions and variants of %v and %v", four, seven)
		}
		if seen[four] || seen[seven] {
			t.Fatal("one was made twice")
		}
		seen[four], seen[seven] = true, true
		if text := seven.String(); text <= last {
			t.Errorf("%s is not after %s, made a millisecond before", text, last)
		} else {
			last = text
		}
		clock.Advance(time.Millisecond)
	}
	if first := (ident.Source{Clock: ident.NewManualClock(time.UnixMilli(0x0102030405)), Rand: rand.Reader}).V7(); !bytes.Equal(first[:6], []byte{0, 1, 2, 3, 4, 5}) {
		t.Errorf("the time of %v", first)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("no randomness") }

func TestNothingIsMadeWithoutRandomness(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a key was made of nothing")
		}
	}()
	ident.Source{Clock: ident.SystemClock{}, Rand: broken{}}.V4()
}

func FuzzParseUUID(f *testing.F) {
	for _, s := range []string{"", "01890a5d-ac96-774b-bcce-b302099a8057", "01890A5D-AC96-774B-BCCE-B302099A8057", "00000000-0000-0000-0000-00000000000g", "------------------------------------", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ident.ParseUUID(s)
		if err != nil {
			if !u.IsZero() {
				t.Errorf("%q: refused, and yet %v", s, u)
			}
			return
		}
		if u.String() != strings.ToLower(s) {
			t.Errorf("%q is written as %v", s, u)
		}
		var read ident.UUID
		if err := read.UnmarshalText([]byte(s)); err != nil || read != u {
			t.Errorf("%q: %v, %v", s, read, err)
		}
	})
}
