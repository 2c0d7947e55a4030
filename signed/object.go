package signed

import (
	"encoding/json"
	"fmt"
)

// maxNested is how deep what a document says may be nested.
const maxNested = 16

// readObject reads one JSON object, all of text, into to. A member that comes twice, at
// any depth, is refused: two readers would take two values. Unknown members are for newer
// readers.
func readObject(text []byte, to any) error {
	s := &scanner{data: text}
	if s.next() != '{' {
		return s.fail("no object")
	}
	if err := s.pass(0); err != nil {
		return err
	}
	if s.next() != 0 || s.pos < len(s.data) {
		return s.fail("something after it")
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("JSON: a member is not of its form: %w", ErrMalformed)
	}
	return nil
}

// pass goes over a value of a document. Unlike skip, it takes objects of any number of members.
func (s *scanner) pass(depth int) error {
	if depth > maxNested {
		return s.fail("too deep")
	}
	switch s.next() {
	case '{':
		seen := map[string]bool{}
		return s.members(func(name string) error {
			if seen[name] {
				return s.fail("member twice")
			}
			seen[name] = true
			return s.pass(depth + 1)
		})
	case '[':
		return s.list(func() error { return s.pass(depth + 1) })
	}
	return s.skip(0)
}

// members calls member for each one of an object; it must consume its value.
func (s *scanner) members(member func(name string) error) error {
	s.pos++
	if s.take('}') {
		return nil
	}
	for {
		name, err := s.text()
		if err != nil {
			return err
		}
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
