package entry

import (
	"net/mail"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"chancery/internal/fault"
	"chancery/internal/visible"
)

// maxAddress bounds an e-mail address as it goes over the wire (RFC 5321), in bytes.
const maxAddress = 254

// domains reads names of domains as browsers do (UTS 46), without the exceptions of the
// first standard: "straße.example" is a name of its own.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.VerifyDNSLength(true)) //nolint:gochecknoglobals // a profile

// Address returns an e-mail address in the form that people are known by and shown: in
// lower case, composed (NFC), its domain in its own letters (a U-label, RFC 5890). Two
// addresses are the same mailbox if their forms are equal. ok is false for what is not
// one plain address. It takes off what comes with a pasted one: a mailto: before it,
// angle brackets and blanks around it, and the dot that ends a domain's full name.
func Address(text string) (address string, ok bool) {
	address = bareAddress(text)
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return address, false
	}
	local, domain := address[:at], strings.TrimSuffix(address[at+1:], ".")
	domain, ok = toUnicode(domain)
	address = local + "@" + domain
	wire, _ := OnWire(address)
	a, err := mail.ParseAddress(wire)
	return address, ok && err == nil && a.Address == wire && len(wire) <= maxAddress && !strings.ContainsFunc(address, noLetter)
}

// bareAddress takes off what comes with a pasted address.
func bareAddress(text string) string {
	text = strings.TrimFunc(strings.ToLower(norm.NFC.String(text)), isBlank)
	if rest, found := strings.CutPrefix(text, "mailto:"); found {
		rest, _, _ = strings.Cut(rest, "?")
		if plain, err := url.PathUnescape(rest); err == nil {
			rest = strings.ToLower(norm.NFC.String(plain))
		}
		text = strings.TrimFunc(rest, isBlank)
	}
	if strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">") {
		text = strings.TrimFunc(text[1:len(text)-1], isBlank)
		text = strings.TrimPrefix(text, "mailto:")
	}
	return text
}

// noLetter: what no mailbox's name holds.
func noLetter(r rune) bool { return r <= ' ' || r == 0x7f || isBlank(r) }

// toASCII returns the A-label form of a domain, and toUnicode the U-label form of either.
// Names in ASCII are left as they are: some that work in a company's own network are no
// good names on the Internet.
func toASCII(domain string) (string, error) {
	if isPlain(domain) && !strings.Contains(domain, "xn--") {
		return domain, nil
	}
	return domains.ToASCII(domain)
}

func toUnicode(domain string) (unicode string, ok bool) {
	ascii, err := toASCII(domain)
	if err != nil {
		return domain, false
	}
	if !strings.Contains(ascii, "xn--") {
		return ascii, true
	}
	unicode, err = domains.ToUnicode(ascii)
	return unicode, err == nil
}

func isPlain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 0x7e })
}

// Email reads an address to be kept. "" is none; one that stays as it was is good.
func Email(wrong *fault.Fields, field, text, was string) string {
	if text == was || strings.TrimSpace(text) == "" {
		return strings.TrimSpace(text)
	}
	address, ok := Address(text)
	switch {
	case ok:
	case strings.ContainsFunc(address, visible.Hidden):
		plain(wrong, field, address)
	default:
		wrong.Check(false, field, "must be one e-mail address such as anna@example.com")
	}
	return address
}

// OnWire returns the form of an address for mail servers, its domain as an A-label
// (RFC 5890). utf8 reports whether the name before the @ needs SMTPUTF8 (RFC 6531).
func OnWire(address string) (wire string, utf8 bool) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, !isPlain(address)
	}
	local, domain := address[:at], address[at+1:]
	if ascii, err := toASCII(domain); err == nil {
		domain = ascii
	}
	return local + "@" + domain, !isPlain(local)
}

// Forms gives the forms in which an address may be kept that was stored before addresses
// were read: as Address returns it, and as mail servers take it.
func Forms(address string) (kept, wire string) {
	wire, _ = OnWire(address)
	return address, wire
}

// AddressPrefix reads the beginning of an address that somebody searches by.
func AddressPrefix(text string) string {
	if address, ok := Address(text); ok {
		return address
	}
	return bareAddress(text)
}
