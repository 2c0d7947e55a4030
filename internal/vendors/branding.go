package vendors

import (
	"chancery/internal/colour"
	"chancery/internal/entry"
	"chancery/internal/fault"
)

// Branding is what a vendor's customers see of it, on the portal and in mails. All of it
// may be empty.
type Branding struct {
	Name        string        // shown instead of the vendor's own
	AccentLight colour.Colour // of buttons and links; each theme has its own
	AccentDark  colour.Colour
	SupportText string // said where help is found: hours, a telephone number
	Logo        string // its Name, which is that in addresses, too; empty for none
}

// ShownName is what the vendor's customers know it by.
func (v Vendor) ShownName() string {
	if v.Branding.Name != "" {
		return v.Branding.Name
	}
	return v.Name
}

// The grounds that links stand on: cards, pages, and the present entry of the navigation.
// app.css has the same.
//
//nolint:gochecknoglobals // lists that never change
var (
	lightGrounds = []colour.Colour{"#ffffff", "#f5f6f8", "#eceef2"}
	darkGrounds  = []colour.Colour{"#10151d", "#171e29", "#232c3b"}
)

// Light is the accent on light ground; false without one.
func (b Branding) Light() (colour.Scheme, bool) { return schemeOf(b.AccentLight, lightGrounds) }

// Dark is the accent on dark ground; false without one.
func (b Branding) Dark() (colour.Scheme, bool) { return schemeOf(b.AccentDark, darkGrounds) }

func schemeOf(accent colour.Colour, grounds []colour.Colour) (colour.Scheme, bool) {
	if accent == "" {
		return colour.Scheme{}, false
	}
	return colour.Of(accent, grounds...), true
}

// BrandingChange is what to change of it; nil leaves a part as it is.
type BrandingChange struct {
	Name        *string
	AccentLight *string // "#1f5fbf", "#15b", or "" for the server's own
	AccentDark  *string
	SupportText *string
	Logo        *Logo // one without content takes the logo away
}

// With gives the branding as it is after a change. The fault names what is wrong.
func (b Branding) With(c BrandingChange) (Branding, error) {
	was := b
	var wrong fault.Fields
	if c.Name != nil {
		if b.Name = entry.Line(*c.Name); b.Name != "" {
			b.Name = entry.Name(&wrong, "shown_name", *c.Name, was.Name, 1, 200)
		}
	}
	for _, accent := range []struct {
		name string
		from *string
		to   *colour.Colour
	}{{"accent_light", c.AccentLight, &b.AccentLight}, {"accent_dark", c.AccentDark, &b.AccentDark}} {
		if accent.from == nil {
			continue
		}
		read, ok := colour.Read(*accent.from)
		wrong.Check(ok, accent.name, "must be a colour such as #1f5fbf, or empty")
		*accent.to = read
	}
	if c.SupportText != nil {
		b.SupportText = entry.Lines(&wrong, "support_text", *c.SupportText, 0, maxSupportText)
	}
	if c.Logo != nil {
		b.Logo = c.Logo.Name()
	}
	return b, wrong.Err()
}

// maxSupportText is how long a support text may be, in characters.
const maxSupportText = 500
