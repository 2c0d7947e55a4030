package licensing

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"chancery/internal/ident"
)

func source() ident.Source { return ident.Source{Clock: ident.NewManualClock(noon), Rand: rand.Reader} }

func TestAPrintedKeyIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for range 200 {
		key := newPrintedKey(source())
		if len(key) != 23 || strings.Count(key, "-") != 3 || strings.ContainsAny(key, "ILOU") {
			t.Fatalf("made %q", key)
		}
		bare := strings.ReplaceAll(key, "-", "")
		looked := strings.NewReplacer("0", "O", "1", "l").Replace(key)
		for _, typed := range []string{
			key, strings.ToLower(key), bare, " " + bare[:7] + " " + bare[7:] + " ", strings.ReplaceAll(key, "-", "–"),
			looked, strings.ToLower(looked), strings.ReplaceAll(key, "1", "I"), strings.ReplaceAll(key, "1", "i"),
		} {
			if got, ok := readPrinted(typed); !ok || got != key {
				t.Errorf("%q: got %q, %t; want %q", typed, got, ok, key)
			}
		}
		for _, wrong := range []string{bare[:19], bare + "0", strings.Replace(key, key[:1], "U", 1), key + "é"} {
			if got, ok := readPrinted(wrong); ok {
				t.Errorf("%q was read as %q", wrong, got)
			}
		}
	}
}

// Every wrong letter is found but a Z for a 0 and the other way round, and every
// swap of neighbours but theirs, and some of the last letter with the check letter.
func TestTypingErrorsAreFound(t *testing.T) {
	t.Parallel()
	zero := func(a, b byte) bool { return a == '0' && b == 'Z' || a == 'Z' && b == '0' }
	swaps, missed := 0, 0
	for range 300 {
		key := []byte(strings.ReplaceAll(newPrintedKey(source()), "-", ""))
		for i := range key {
			for _, letter := range []byte(keyAlphabet) {
				typed := bytes.Clone(key)
				typed[i] = letter
				_, ok := readPrinted(string(typed))
				if known := letter == key[i] || zero(letter, key[i]) && i < keyLetters-1; ok != known {
					t.Fatalf("%s with %c at %d: taken %t", key, letter, i, ok)
				}
			}
			if i == 0 || key[i] == key[i-1] {
				continue
			}
			typed := bytes.Clone(key)
			typed[i-1], typed[i] = key[i], key[i-1]
			_, ok := readPrinted(string(typed))
			if i < keyLetters-1 && ok != zero(key[i], key[i-1]) {
				t.Fatalf("%s with %d and %d swapped: taken %t", key, i-1, i, ok)
			}
			if i == keyLetters-1 {
				swaps++
				if ok {
					missed++
				}
			}
		}
	}
	if missed*8 > swaps {
		t.Errorf("%d of %d swaps with the check letter were not found", missed, swaps)
	}
}

// All of the randomness is in the key: 19 letters of 5 bits.
func TestAPrintedKeyUsesItsRandomness(t *testing.T) {
	t.Parallel()
	seen := make([]map[byte]bool, keyLetters)
	for range 2000 {
		for i, c := range []byte(strings.ReplaceAll(newPrintedKey(source()), "-", "")) {
			if seen[i] == nil {
				seen[i] = map[byte]bool{}
			}
			seen[i][c] = true
		}
	}
	for i, letters := range seen[:keyLetters-1] {
		if len(letters) != len(keyAlphabet) {
			t.Errorf("letter %d takes %d values of 32", i, len(letters))
		}
	}
}

func FuzzPrintedKey(f *testing.F) {
	for _, s := range []string{"", "-", "00000-00000-00000-0000Z", "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ", "OIL", "ſſſſſ", "\xff\xfe", newPrintedKey(source())} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key, ok := readPrinted(s)
		if !ok {
			if key != "" {
				t.Errorf("%q: refused, and yet %q", s, key)
			}
			return
		}
		if again, ok := readPrinted(key); !ok || again != key || len(key) != 23 {
			t.Errorf("%q: %q is not read as itself but %q, %t", s, key, again, ok)
		}
	})
}

// readPrinted reads a printed key as it comes to every door.
func readPrinted(text string) (string, bool) {
	key := ParseKey(text).Printed
	return key, key != ""
}
