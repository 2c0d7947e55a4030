package entry_test

import (
	"strings"
	"testing"

	"chancery/internal/entry"
	"chancery/internal/fault"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{ // as it is kept, and for mail servers
		"anna@example.com":                          {"anna@example.com", "anna@example.com"},
		" Anna@EXAMPLE.com\r\n":                     {"anna@example.com", "anna@example.com"},
		"mailto:anna@x.example":                     {"anna@x.example", "anna@x.example"},
		"mailto:%41nna@x.example":                   {"anna@x.example", "anna@x.example"},
		"MAILTO:anna%2Bdrill@x.example?subject=Hi":  {"anna+drill@x.example", "anna+drill@x.example"},
		"<anna@x.example>":                          {"anna@x.example", "anna@x.example"},
		"<mailto:anna@x.example>":                   {"anna@x.example", "anna@x.example"},
		"anna@x.example.":                           {"anna@x.example", "anna@x.example"},
		"\u200eanna@x.example\u200b":                {"anna@x.example", "anna@x.example"},
		"anna@m\u00fcller.example":                  {"anna@müller.example", "anna@xn--mller-kva.example"},
		"anna@mu\u0308ller.example":                 {"anna@müller.example", "anna@xn--mller-kva.example"},
		"anna@MÜLLER.example":                       {"anna@müller.example", "anna@xn--mller-kva.example"},
		"anna@XN--mller-kva.example":                {"anna@müller.example", "anna@xn--mller-kva.example"},
		"anna@straße.example":                       {"anna@straße.example", "anna@xn--strae-oqa.example"},
		"anna@\u4f8b\u3048\u3002\u30c6\u30b9\u30c8": {"anna@\u4f8b\u3048.\u30c6\u30b9\u30c8", "anna@xn--r8jz45g.xn--zckzah"},
		"jürgen@example.com":                        {"jürgen@example.com", "jürgen@example.com"},
		"ju\u0308rgen@example.com":                  {"jürgen@example.com", "jürgen@example.com"},
		"root@localhost":                            {"root@localhost", "root@localhost"},
		"anna@my_host.internal":                     {"anna@my_host.internal", "anna@my_host.internal"},
		" Anna@Example.COM\n":                       {"anna@example.com", "anna@example.com"},
		"o'neil+x@example.com":                      {"o'neil+x@example.com", "o'neil+x@example.com"},
	} {
		got, ok := entry.Address(text)
		wire, utf8 := entry.OnWire(got)
		if !ok || got != want[0] || wire != want[1] || utf8 != strings.Contains(got, "ü") && utf8 {
			t.Errorf("%+q: %q, %t; for mail servers %q, %t", text, got, ok, wire, utf8)
		}
	}
	if _, utf8 := entry.OnWire("jürgen@example.com"); !utf8 {
		t.Error("a mailbox with an umlaut needs nothing of a server")
	}
	if _, utf8 := entry.OnWire("anna@müller.example"); utf8 {
		t.Error("a domain with an umlaut needs something of a server")
	}
	for text, says := range map[string]string{
		"anna": "one e-mail address", "@x.example": "one e-mail address", "anna@": "one e-mail address", "Anna <anna@x.example>": "one e-mail address",
		"a@b@c.example": "one e-mail address", "anna@x.example, bob@x.example": "one e-mail address", "an na@x.example": "one e-mail address",
		"anna@xn--a.example": "one e-mail address", "anna@x..example": "one e-mail address", "an\u200bna@x.example": "U+200B", "anna@x.\u202eexample": "U+202E",
		strings.Repeat("a", 250) + "@x.example": "one e-mail address", "anna@" + strings.Repeat("ü", 60) + ".example": "one e-mail address", "anna@x.example\x00b": "U+0000", "a\r\nb@example.com": "one e-mail address", `"an na"@example.com`: "one e-mail address",
	} {
		var wrong fault.Fields
		entry.Email(&wrong, "email", text, "")
		if err := wrong.Err(); err == nil || !strings.Contains(fault.As(err).Fields[0].Message, says) {
			t.Errorf("%+q: %v", text, err)
		}
		wrong = nil
		if kept := entry.Email(&wrong, "email", text, text); wrong.Err() != nil || kept != text {
			t.Errorf("%+q, as it was: %v", text, wrong.Err())
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, text := range []string{
		"anna@example.com", "mailto:<a%40b@x.example.>", "mailto:%41nna@x.example", "anna@m\u00fcller.example", "anna@xn--mller-kva.example", "ju\u0308rgen@straße.example.", "\xff@x", "a@\u200bx", "\"a b\"@x",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, ok := entry.Address(text)
		if !ok {
			return
		}
		if again, ok := entry.Address(address); !ok || again != address {
			t.Errorf("%+q is kept as %+q, and that as %+q, %t", text, address, again, ok)
		}
		wire, _ := entry.OnWire(address)
		if back, ok := entry.Address(wire); !ok || back != address {
			t.Errorf("%+q goes over the wire as %+q, and comes back as %+q, %t", address, wire, back, ok)
		}
		if strings.ContainsAny(wire, " \r\n\t<>,;\x00") && !strings.Contains(wire, `"`) {
			t.Errorf("%+q would be more than an address on the wire: %+q", text, wire)
		}
	})
}
