package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"chancery/internal/colour"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/vendors"
)

// Logos reads the vendors' logos.
type Logos interface {
	// Logo gives one without content where the vendor has none.
	Logo(ctx context.Context, v ident.VendorID) (vendors.Logo, error)
}

// Brand is how a vendor's own pages look: its logo and its colours, by the addresses
// that they are served at.
type Brand struct {
	Style string // address of its colours; empty for the server's
	Logo  string // address of its logo; empty for none

	LogoWidth, LogoHeight int  // on the screen
	Named                 bool // the name stands beside the logo: there is none, or it is too narrow to hold it
}

// logoHeight is how high a logo is on pages, in pixels.
const logoHeight = 36

// brand is how the vendor's own pages look; nil where they look like the server's.
func (q *Request) brand() *Brand {
	if !q.face.Branded {
		return nil
	}
	b := q.Vendor.Branding
	brand := &Brand{Named: true}
	if style := styleOf(b); style != "" {
		brand.Style = q.Base + "/brand/" + styleName(style)
	}
	if width, height := b.LogoSize(logoHeight); width > 0 {
		brand.Logo, brand.LogoWidth, brand.LogoHeight = q.Base+"/brand/"+b.Logo+".png", width, height
		brand.Named = width < 2*height
	}
	return brand
}

// vendor reads a vendor as the face's pages know it.
func (f *Face) vendor(ctx context.Context, slug string) (vendors.Vendor, error) {
	v, err := f.Vendors.BySlug(ctx, slug)
	if f.Branded {
		v.Name = v.ShownName()
	}
	return v, err
}

// styleOf gives the style of a vendor's colours; empty without any. Pages have no style
// of their own, which their policy forbids.
func styleOf(b vendors.Branding) string {
	var s strings.Builder
	write := func(theme, side string, c colour.Scheme) {
		r, g, blue := c.Link.RGB()
		fmt.Fprintf(&s, `%[1]s{--app-accent:%[2]s;--tblr-primary-rgb:%[3]d,%[4]d,%[5]d;--tblr-link-color-rgb:%[3]d,%[4]d,%[5]d;`+
			`--app-side-active:%[6]s;--app-side-active-text:%[2]s;--app-brand:%[7]s;--app-brand-text:%[8]s}`+"\n"+
			`%[1]s .btn-primary{--tblr-btn-color:%[8]s;--tblr-btn-hover-color:%[8]s;--tblr-btn-active-color:%[8]s;--tblr-btn-bg:%[7]s;--tblr-btn-hover-bg:%[7]s;`+
			`--tblr-btn-active-bg:%[7]s;--tblr-btn-border-color:%[7]s;background:%[7]s;border-color:%[7]s;color:%[8]s}`+"\n"+
			`%[1]s .btn-primary:hover{text-decoration:underline}`+"\n",
			theme, c.Link, r, g, blue, side, c.Accent, c.Text)
	}
	if c, has := b.Light(); has {
		write(":root:not([data-bs-theme=dark])", "#eceef2", c)
	}
	if c, has := b.Dark(); has {
		write(":root[data-bs-theme=dark]", "#232c3b", c)
	}
	return s.String()
}

func styleName(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "style-" + hex.EncodeToString(sum[:8]) + ".css"
}

// brandFiles serves a vendor's logo and colours to whoever opens its pages. Their names
// hold their hashes, so browsers keep them for good; under another name, which a page
// from before a change has, they are as they are now.
func (f *Face) brandFiles() []edge.Route {
	if !f.Branded {
		return nil
	}
	return []edge.Route{Serve(f, http.MethodGet, "/brand/{file}", Access{Public: "logo and colours of the sign-in page"}, f.brandFile)}
}

func (f *Face) brandFile(w http.ResponseWriter, q *Request) error {
	file, b := q.R.PathValue("file"), q.Vendor.Branding
	var content []byte
	kind, name := "text/css; charset=utf-8", ""
	switch {
	case strings.HasPrefix(file, "style-") && strings.HasSuffix(file, ".css"):
		style := styleOf(b)
		content, name = []byte(style), styleName(style)
	case strings.HasSuffix(file, ".png"):
		logo, err := f.Logos.Logo(q.Context(), q.VendorID())
		if err != nil {
			return err
		}
		content, kind, name = logo.Content, "image/png", b.Logo+".png"
	}
	if len(content) == 0 {
		return fault.Missing("picture")
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-cache")
	if file == name {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // the browser is gone: nothing left to tell it
	return nil
}
