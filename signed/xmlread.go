package signed

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// xmlSignature is what a file says of its signature.
type xmlSignature struct {
	raw    []byte // the element
	digest string
	value  []byte
}

// readXMLFile reads a file's elements and its signature. It takes only what
// Signed can have written, however it is spelled.
func readXMLFile(data []byte) (root Element, s xmlSignature, err error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	r := xmlReader{data: data, d: xml.NewDecoder(bytes.NewReader(data))}
	start, err := r.root()
	if err != nil {
		return Element{}, s, err
	}
	if root, err = r.element(start, 1); err != nil {
		return Element{}, s, err
	}
	if err := r.end(); err != nil {
		return Element{}, s, err
	}
	if !r.signed {
		return Element{}, s, fmt.Errorf("the file is not signed: %w", ErrMalformed)
	}
	return root, r.signature, nil
}

// xmlReader reads a file token by token: encoding/xml's own mapping to structs
// leaves out what it does not know, and here nothing may be left out.
type xmlReader struct {
	data      []byte
	d         *xml.Decoder
	signed    bool
	signature xmlSignature
}

func malformedXML(what string) error { return fmt.Errorf("XML file: %s: %w", what, ErrMalformed) }

func (r *xmlReader) token() (xml.Token, error) {
	t, err := r.d.RawToken()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, malformedXML("it can't be read")
	}
	return t, nil
}

// root skips the declaration and blanks before the root.
func (r *xmlReader) root() (xml.StartElement, error) {
	for {
		t, err := r.token()
		if err != nil {
			return xml.StartElement{}, malformedXML("there is no root")
		}
		switch t := t.(type) {
		case xml.StartElement:
			for _, a := range t.Attr {
				if a.Name != (xml.Name{Space: "xmlns", Local: "xsi"}) || a.Value != xsiNamespace {
					return t, malformedXML("its root has an unknown attribute")
				}
			}
			if len(t.Attr) != 1 {
				return t, malformedXML("its root does not say what xsi is")
			}
			t.Attr = nil
			return t, nil
		case xml.ProcInst:
			if t.Target != "xml" {
				return xml.StartElement{}, malformedXML("a processing instruction")
			}
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return xml.StartElement{}, malformedXML("text before its root")
			}
		default:
			return xml.StartElement{}, malformedXML("more than elements before its root")
		}
	}
}

// end takes nothing but blanks after the root.
func (r *xmlReader) end() error {
	for {
		t, err := r.token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text, is := t.(xml.CharData); !is || len(bytes.TrimSpace(text)) > 0 {
			return malformedXML("something after its root")
		}
	}
}

// element reads an element whose start was read, to its end. The root's
// signature is read beside it, and must be its last child.
func (r *xmlReader) element(start xml.StartElement, depth int) (Element, error) {
	e := Element{Name: start.Name.Local}
	if start.Name.Space != "" || !elementName(e.Name) || depth > maxElementDepth {
		return e, malformedXML("an unknown element")
	}
	if e.Nil = len(start.Attr) > 0; e.Nil && !onlyNil(start.Attr) {
		return e, malformedXML("an unknown attribute")
	}
	var text []byte // it may come in many pieces: CDATA sections and what is between them
	for {
		begin := r.d.InputOffset()
		t, err := r.token()
		if err != nil {
			return e, malformedXML("it ends too early")
		}
		switch t := t.(type) {
		case xml.CharData:
			text = append(text, t...)
		case xml.EndElement:
			e.Text = string(text)
			if t.Name != start.Name || !e.plausible() {
				return e, malformedXML("an element holds what it can't")
			}
			return e, nil
		case xml.StartElement:
			if r.signed {
				return e, malformedXML("elements after the signature")
			}
			if depth == 1 && t.Name == (xml.Name{Local: "Signature"}) {
				if err := r.readSignature(begin); err != nil {
					return e, err
				}
				continue
			}
			child, err := r.element(t, depth+1)
			if err != nil {
				return e, err
			}
			e.Children = append(e.Children, child)
		default:
			return e, malformedXML("more than elements")
		}
	}
}

func onlyNil(attributes []xml.Attr) bool {
	return len(attributes) == 1 && attributes[0].Name == (xml.Name{Space: "xsi", Local: "nil"}) && attributes[0].Value == "true"
}

// plausible: a text, or children, or nil.
func (e Element) plausible() bool {
	if e.Nil {
		return e.Text == "" && len(e.Children) == 0
	}
	return e.Text == "" || len(e.Children) == 0
}

// readSignature reads a signature whose start was read: the element's bytes as they
// stand in the file. VerifyXMLFile compares them with those that Signed writes, so
// nothing of them is interpreted here but the two texts.
func (r *xmlReader) readSignature(begin int64) error {
	r.signed = true
	for depth := 1; depth > 0; {
		t, err := r.token()
		if err != nil {
			return malformedXML("it ends too early")
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	r.signature.raw = r.data[begin:r.d.InputOffset()]
	var ok bool
	if r.signature.digest, ok = between(r.signature.raw, "<DigestValue>", "</DigestValue>"); !ok {
		return malformedXML("a signature of another kind")
	}
	text, ok := between(r.signature.raw, "<SignatureValue>", "</SignatureValue>")
	if !ok {
		return malformedXML("a signature of another kind")
	}
	value, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return malformedXML("its signature is not base64")
	}
	r.signature.value = value
	return nil
}

func between(b []byte, start, end string) (string, bool) {
	_, rest, found := bytes.Cut(b, []byte(start))
	text, _, ended := bytes.Cut(rest, []byte(end))
	return string(text), found && ended
}
