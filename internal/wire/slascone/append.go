package slascone

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

// object appends members of a JSON object. What comes out is, byte for byte,
// what encoding/json makes of the struct beside it; a test holds that.
type object []byte

// name begins a member; what follows it is its value.
func (b *object) name(s string) {
	if n := len(*b); n > 0 && (*b)[n-1] != '{' {
		*b = append(*b, ',')
	}
	*b = append(append(append(*b, '"'), s...), '"', ':')
}

func (b *object) null() { *b = append(*b, "null"...) }

func (b *object) text(name, s string) {
	b.name(name)
	*b = appendText(*b, s)
}

func (b *object) optional(name string, s *string) {
	b.name(name)
	if s == nil {
		b.null()
		return
	}
	*b = appendText(*b, *s)
}

func (b *object) id(name string, u ident.UUID) {
	b.name(name)
	*b = appendID(*b, u)
}

func (b *object) optionalID(name string, u *ident.UUID) {
	b.name(name)
	if u == nil {
		b.null()
		return
	}
	*b = appendID(*b, *u)
}

func (b *object) number(name string, n int64) {
	b.name(name)
	*b = strconv.AppendInt(*b, n, 10)
}

func (b *object) bool(name string, v bool) {
	b.name(name)
	*b = strconv.AppendBool(*b, v)
}

func (b *object) instant(name string, i *instant) {
	b.name(name)
	if i == nil {
		b.null()
		return
	}
	*b = append(time.Time(*i).UTC().AppendFormat(append(*b, '"'), instantForm), '"')
}

func (b *object) quantity(name string, q *quantity) {
	b.name(name)
	if q == nil {
		b.null()
		return
	}
	*b = terms.AppendQuantity(*b, int64(*q))
}

func (b *object) texts(name string, all []string) {
	b.name(name)
	*b = append(*b, '[')
	for i, s := range all {
		if i > 0 {
			*b = append(*b, ',')
		}
		*b = appendText(*b, s)
	}
	*b = append(*b, ']')
}

// list appends a list of objects; null for nil.
func list[T any](b *object, name string, all []T, each func(b *object, v *T)) {
	b.name(name)
	if all == nil {
		b.null()
		return
	}
	*b = append(*b, '[')
	for i := range all {
		if i > 0 {
			*b = append(*b, ',')
		}
		*b = append(*b, '{')
		each(b, &all[i])
		*b = append(*b, '}')
	}
	*b = append(*b, ']')
}

func appendID(b []byte, u ident.UUID) []byte {
	b, _ = u.AppendText(append(b, '"')) // it can't fail
	return append(b, '"')
}

// appendText quotes a text. Most have nothing to escape; the rest is encoding/json's.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf-1 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) //nolint:errchkjson // a string
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
