package entry

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/visible"
)

// MaxKey bounds what is read as a key, in bytes, all that is around it included.
const MaxKey = 1024

// Presented is a key that somebody presents, in each form it may have. What is no
// key of a form leaves that form empty.
type Presented struct {
	UUID    ident.UUID // of a license or token key; zero for none
	Letters string     // capital letters and digits alone, for keys that are made of them
	Legacy  []string   // of a key of another server, as it may be stored: the likeliest first
}

// Key reads a key. White space, control and format characters, dashes of every kind,
// and quotes and brackets around it mean nothing; 32 hexadecimal digits are a UUID.
func Key(text string) Presented {
	if len(text) > MaxKey {
		return Presented{}
	}
	k := Presented{Letters: Letters(text)}
	if len(k.Letters) == hexDigits {
		grouped := k.Letters[:8] + "-" + k.Letters[8:12] + "-" + k.Letters[12:16] + "-" + k.Letters[16:20] + "-" + k.Letters[20:]
		k.UUID, _ = ident.ParseUUID(grouped) // the zero UUID for none
	}
	// Older programs and vendors kept legacy keys as they came.
	raw, read := strings.TrimSpace(text), legacy(text)
	for _, form := range []string{raw, read, strings.ReplaceAll(read, " ", "")} {
		if form != "" && len(form) <= MaxLegacyKey && !strings.Contains(form, "\x00") && !slices.Contains(k.Legacy, form) {
			k.Legacy = append(k.Legacy, form)
		}
	}
	return k
}

// hexDigits is how many digits a UUID has.
const hexDigits = 32

// Letters returns the letters and digits of a key in capitals, without what means
// nothing in it. Other characters stay: they make it no key.
func Letters(text string) string {
	// Before and after wide letters become plain ones: some quotes become something else.
	return strings.ToUpper(bare(norm.NFKC.String(bare(text))))
}

func bare(text string) string {
	text = strings.TrimFunc(text, func(r rune) bool { return isBlank(r) || isDash(r) || isAround(r) })
	return strings.Map(func(r rune) rune {
		if isBlank(r) || isDash(r) {
			return -1
		}
		return r
	}, text)
}

// MaxLegacyKey bounds a legacy key, in bytes.
const MaxLegacyKey = 256

// LegacyKey reads a legacy key to be kept: one kind of dash and blank in it, nothing
// around it. "" is none; one that stays as it was is good.
func LegacyKey(wrong *fault.Fields, field, text, was string) string {
	if text == was {
		return text
	}
	text = strings.TrimSpace(text)
	plain(wrong, field, text)
	wrong.Check(!strings.ContainsFunc(text, unicode.IsControl), field, "must be one line, without control characters")
	key := legacy(text)
	wrong.Check(len(key) <= MaxLegacyKey, field, "must be at most 256 bytes long")
	return key
}

// legacy returns a legacy key as it is kept. Dashes and blanks in it are part of it,
// and so are brackets that do not stand around all of it.
func legacy(text string) string {
	var b strings.Builder
	blank, broken := false, false // between the characters: anything at all, a line's end
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			blank, broken = true, broken || unicode.IsControl(r)
			continue
		case isBlank(r):
			continue
		case isDash(r):
			r = '-'
		}
		if blank && !broken {
			_ = b.WriteByte(' ') // never fails
		}
		blank, broken = false, false
		_, _ = b.WriteRune(r) // never fails
	}
	key := strings.TrimSpace(norm.NFC.String(b.String()))
	for {
		inner, ok := unwrap(key)
		if !ok {
			return key
		}
		key = strings.TrimSpace(inner)
	}
}

// unwrap takes one pair of quotes or brackets off that stands around all of a text.
func unwrap(text string) (string, bool) {
	r := []rune(text)
	if len(r) < 3 {
		return text, false
	}
	first, last := r[0], r[len(r)-1]
	inner := string(r[1 : len(r)-1])
	pair := isQuote(first) && isQuote(last) || unicode.Is(unicode.Ps, first) && unicode.Is(unicode.Pe, last) || first == '<' && last == '>'
	return inner, pair && !strings.ContainsFunc(inner, func(r rune) bool { return r == first || r == last })
}

// isBlank: white space, and what shows nothing.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || visible.Hidden(r)
}

// isDash: what people and their programs write for a hyphen.
func isDash(r rune) bool {
	switch r {
	case '\u2212', '\u02d7', '\u2043', '\u2796', '\u00af', '\u06d4': // minus signs, a bullet, a macron, a full stop that is a line
		return true
	}
	return unicode.Is(unicode.Pd, r)
}

// isAround: quotes, brackets, the marks that end a sentence, and those with which chats
// and notes make text bold, code or an item of a list.
func isAround(r rune) bool {
	return isQuote(r) || unicode.In(r, unicode.Ps, unicode.Pe) || strings.ContainsRune("<>＜＞.,;:!?*_~=|/\\#•·‣", r)
}

func isQuote(r rune) bool {
	return unicode.In(r, unicode.Pi, unicode.Pf) || strings.ContainsRune("\"'`´′″‵‶＂＇｀‚„〝〞〟", r)
}
