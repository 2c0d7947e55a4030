package signed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxElementDepth is deep enough for every answer of the protocol.
const maxElementDepth = 16

// Element is an element of an XML file: it has children, or a text, or is nil.
type Element struct {
	Name     string
	Text     string
	Nil      bool // xsi:nil="true": the value is missing
	Children []Element
}

// All gives the children of this name, in order.
func (e Element) All(name string) (found []Element) {
	for _, c := range e.Children {
		if c.Name == name {
			found = append(found, c)
		}
	}
	return found
}

// Get gives the text of the element at the end of a path of names, the first
// where there are several; "" where there is none.
func (e Element) Get(path ...string) string {
	for _, name := range path {
		found := e.All(name)
		if len(found) == 0 {
			return ""
		}
		e = found[0]
	}
	return e.Text
}

// appendTo writes the element in canonical form: no empty-element tags, and the
// escapes that C14N 1.0 asks for. Attributes are those of the root.
func (e Element) appendTo(b []byte, attributes string) []byte {
	b = append(append(append(b, '<'), e.Name...), attributes...)
	if e.Nil {
		b = append(b, ` xsi:nil="true"`...)
	}
	b = append(b, '>')
	b = appendXMLText(b, e.Text)
	for _, c := range e.Children {
		b = c.appendTo(b, "")
	}
	return append(append(append(b, `</`...), e.Name...), '>')
}

func appendXMLText(b []byte, s string) []byte {
	for _, r := range s {
		switch r {
		case '&':
			b = append(b, "&amp;"...)
		case '<':
			b = append(b, "&lt;"...)
		case '>':
			b = append(b, "&gt;"...)
		case '\r':
			b = append(b, "&#xD;"...)
		default:
			if !xmlRune(r) {
				r = utf8.RuneError // XML 1.0 has no way to say it
			}
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// xmlRune reports whether XML 1.0 can hold r.
func xmlRune(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// elementName: the names of the protocol's fields, and so no namespaces.
func elementName(s string) bool {
	if s == "" || len(s) > 100 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// elementsOf reads a JSON object.
func elementsOf(object []byte) ([]Element, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("not a JSON object: %w", ErrMalformed)
	}
	children, err := childrenOf(d, 1)
	if err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("more than one JSON object: %w", ErrMalformed)
	}
	return children, nil
}

// childrenOf reads an object to its end.
func childrenOf(d *json.Decoder, depth int) (all []Element, err error) {
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("JSON: %w", ErrMalformed)
		}
		name, _ := t.(string)
		if !elementName(name) {
			return nil, fmt.Errorf("member %q: %w", name, ErrMalformed)
		}
		if all, err = valueOf(d, name, depth+1, all); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("JSON: %w", ErrMalformed)
	}
	return all, nil
}

// valueOf appends the elements of one value: none, one, or one for each entry of a list.
func valueOf(d *json.Decoder, name string, depth int, to []Element) ([]Element, error) {
	if depth > maxElementDepth {
		return nil, fmt.Errorf("%q is too deep: %w", name, ErrMalformed)
	}
	t, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("JSON: %w", ErrMalformed)
	}
	e := Element{Name: name}
	switch v := t.(type) {
	case nil:
		e.Nil = true
	case bool:
		e.Text = "false"
		if v {
			e.Text = "true"
		}
	case json.Number:
		e.Text = v.String()
	case string:
		e.Text = v
	case json.Delim:
		if v == '[' {
			for d.More() {
				if to, err = valueOf(d, name, depth+1, to); err != nil {
					return nil, err
				}
			}
			if _, err := d.Token(); err != nil {
				return nil, fmt.Errorf("JSON: %w", ErrMalformed)
			}
			return to, nil
		}
		if e.Children, err = childrenOf(d, depth); err != nil {
			return nil, err
		}
	}
	return append(to, e), nil
}
