package mailing

import (
	"encoding/base64"
	"encoding/json"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
)

// Stop is what the link in an owner's mail ends: mails of a kind to an address.
type Stop struct {
	Address string `json:"a"`
	Kind    Kind   `json:"k"`
}

// Foot is what stands at the end of a mail that its recipient can choose not to get.
type Foot struct {
	Why   string // why they get it
	Label string // of the link
	Link  string // empty for no foot
}

// stopPurpose binds the tokens of a vendor's links.
func stopPurpose(v ident.VendorID) string { return v.Bind("mail stop") }

// stopLink gives the link by which the recipient of a mail ends mails of its kind; "" while
// the server does not know its own address.
func (s *Service) stopLink(id ident.VendorID, v Vendor, stop Stop) (string, error) {
	if s.StopLink == nil {
		return "", nil
	}
	plain, err := json.Marshal(stop)
	if err != nil {
		return "", err
	}
	sealed, err := s.Sealer.Seal(stopPurpose(id), plain)
	if err != nil {
		return "", err
	}
	return s.StopLink(v, base64.RawURLEncoding.EncodeToString(sealed)), nil
}

// ReadStop reads the token of such a link. A token that is none, or was made under another
// master key, is link_unknown.
func (s *Service) ReadStop(v ident.VendorID, token string) (stop Stop, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	var plain []byte
	if err == nil {
		plain, err = s.Sealer.Open(stopPurpose(v), sealed)
	}
	if err == nil {
		err = json.Unmarshal(plain, &stop)
	}
	if err != nil || stop.Address == "" {
		return Stop{}, &fault.Error{
			Kind: fault.NotFound, Code: "link_unknown", Message: "This link is not good any more.",
			Help: "Sign in, and choose your mails under Account.",
		}
	}
	return stop, nil
}

// footOf is the foot of an owner's mail in a language.
func footOf(l *language.Language, link string) Foot {
	if link == "" {
		return Foot{}
	}
	return Foot{
		Why:   l.T("You get this mail because a licence names you, or because you administer its customer."),
		Label: l.T("Choose which mails you get"), Link: link,
	}
}
