package signed

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// scanner reads the JSON of protected headers and of keys. encoding/json is too kind for
// them: it takes duplicate members, and members in another case.
type scanner struct {
	data []byte
	pos  int
}

const maxDepth = 4 // of members that are not ours

func (s *scanner) fail(what string) error {
	return fmt.Errorf("JSON: %s at byte %d: %w", what, s.pos, ErrMalformed)
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// next skips space and tells the next byte, 0 at the end.
func (s *scanner) next() byte {
	s.space()
	if s.pos == len(s.data) {
		return 0
	}
	return s.data[s.pos]
}

func (s *scanner) take(c byte) bool {
	if s.next() != c {
		return false
	}
	s.pos++
	return true
}

// object calls member for each one; member must consume its value. A name that
// comes twice is an error (RFC 7515, section 4).
func (s *scanner) object(member func(name string) error) error {
	if !s.take('{') {
		return s.fail("no object")
	}
	if s.take('}') {
		return nil
	}
	var seen [24]string
	for n := 0; ; n++ {
		if n == len(seen) {
			return s.fail("too many members")
		}
		name, err := s.text()
		if err != nil {
			return err
		}
		if slices.Contains(seen[:n], name) {
			return s.fail("member twice")
		}
		seen[n] = name
		if !s.take(':') {
			return s.fail("no colon")
		}
		if err := member(name); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return s.fail("no comma")
		}
	}
}

func (s *scanner) text() (string, error) {
	if !s.take('"') {
		return "", s.fail("no string")
	}
	start, escaped := s.pos, false
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; {
		case c == '"':
			raw := s.data[start:s.pos]
			s.pos++
			if !utf8.Valid(raw) {
				return "", s.fail("invalid UTF-8")
			}
			if !escaped {
				return string(raw), nil
			}
			var text string
			if json.Unmarshal(s.data[start-1:s.pos], &text) != nil {
				return "", s.fail("bad escape")
			}
			return text, nil
		case c == '\\':
			escaped = true
			s.pos++
		case c < ' ':
			return "", s.fail("control character")
		}
	}
	return "", s.fail("open string")
}

// number reads a whole number of at most 15 digits: no sign, fraction or exponent.
func (s *scanner) number() (int64, error) {
	s.space()
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos] >= '0' && s.data[s.pos] <= '9' {
		s.pos++
	}
	digits := s.data[start:s.pos]
	if len(digits) == 0 || len(digits) > 15 || len(digits) > 1 && digits[0] == '0' {
		return 0, s.fail("no whole number")
	}
	return strconv.ParseInt(string(digits), 10, 64)
}

func (s *scanner) bool() (bool, error) {
	switch s.next() {
	case 't':
		return true, s.word("true")
	case 'f':
		return false, s.word("false")
	}
	return false, s.fail("no boolean")
}

func (s *scanner) word(word string) error {
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		return s.fail("no " + word)
	}
	s.pos += len(word)
	return nil
}

// list calls entry for each one; entry must consume its value.
func (s *scanner) list(entry func() error) error {
	if !s.take('[') {
		return s.fail("no list")
	}
	if s.take(']') {
		return nil
	}
	for {
		if err := entry(); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return s.fail("no comma")
		}
	}
}

// skip passes over a value that is not ours; RFC 7515 says to ignore it.
func (s *scanner) skip(depth int) error {
	if depth > maxDepth {
		return s.fail("too deep")
	}
	switch s.next() {
	case '"':
		_, err := s.text()
		return err
	case '{':
		return s.object(func(string) error { return s.skip(depth + 1) })
	case '[':
		return s.list(func() error { return s.skip(depth + 1) })
	case 't', 'f':
		_, err := s.bool()
		return err
	case 'n':
		return s.word("null")
	}
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos] > ' ' && s.data[s.pos] != ',' && s.data[s.pos] != '}' && s.data[s.pos] != ']' {
		s.pos++
	}
	if !json.Valid(s.data[start:s.pos]) {
		return s.fail("no value")
	}
	return nil
}
