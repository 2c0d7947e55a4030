package entry

import (
	"net/netip"
	"net/url"
	"strings"
)

// maxHost is how long a host name may be, in bytes: 253 (RFC 1035) less the ten of the label
// below it that is asked for.
const maxHost = 243

// Host reads the name of a host on the internet, as people paste it: with the address
// around it, in capital letters, in letters of any language. It is in the letters of DNS
// then. An IP address and a name without a dot are none.
func Host(text string) (host string, ok bool) {
	text = Line(text)
	if _, _, has := strings.Cut(text, "://"); has {
		u, err := url.Parse(text)
		if err != nil {
			return "", false
		}
		text = u.Hostname()
	}
	text = strings.TrimSuffix(strings.TrimRight(text, "/"), ".")
	host, err := toASCII(strings.ToLower(text))
	if err != nil || !strings.Contains(host, ".") || len(host) > maxHost {
		return "", false
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return "", false
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if !goodLabel(label) {
			return "", false
		}
	}
	return host, strings.ContainsFunc(labels[len(labels)-1], func(r rune) bool { return r >= 'a' && r <= 'z' })
}

// goodLabel reports whether a part of a name is letters, digits and dashes within.
func goodLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(label, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' })
}
