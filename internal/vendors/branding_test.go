package vendors_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/store/storetest"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// picture is a PNG of this size.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		m.Set(x, height/2, color.NRGBA{200, 40, 40, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chunk is a part of a PNG file.
func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data))) //nolint:gosec // a few bytes
	body := append([]byte(kind), data...)
	return binary.BigEndian.AppendUint32(append(b, body...), crc32.ChecksumIEEE(body))
}

// A logo is made anew of the picture's pixels, small enough; what else the file holds is
// left behind.
func TestReadLogo(t *testing.T) {
	t.Parallel()
	for size, want := range map[[2]int][2]int{{40, 20}: {40, 20}, {960, 96}: {480, 48}, {300, 300}: {96, 96}, {4000, 10}: {480, 1}, {1, 4000}: {1, 96}} {
		l, err := vendors.ReadLogo(picture(t, size[0], size[1]))
		if err != nil || l.Width != want[0] || l.Height != want[1] {
			t.Errorf("%v became %dx%d, %v; want %v", size, l.Width, l.Height, err, want)
			continue
		}
		if c, err := png.DecodeConfig(bytes.NewReader(l.Content)); err != nil || c.Width != l.Width || c.Height != l.Height {
			t.Errorf("%v: %+v, %v", size, c, err)
		}
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 30, 30)), nil); err != nil {
		t.Fatal(err)
	}
	if l, err := vendors.ReadLogo(photo.Bytes()); err != nil || !bytes.HasPrefix(l.Content, []byte("\x89PNG")) {
		t.Errorf("a JPEG: %v", err)
	}
	plain := picture(t, 40, 20)
	hidden := bytes.Join([][]byte{plain[:33], chunk("tEXt", []byte("Comment\x00<script>alert(1)</script>")), plain[33:], []byte("<script>tail</script>")}, nil)
	l, err := vendors.ReadLogo(hidden)
	if err != nil || bytes.Contains(l.Content, []byte("script")) {
		t.Errorf("what a file holds beside its picture is served: %v", err)
	}
	if again, _ := vendors.ReadLogo(plain); again.Name() != l.Name() || !strings.HasSuffix(l.Name(), "-40x20") {
		t.Errorf("one picture has the names %s and %s", again.Name(), l.Name())
	}
}

// The attacks: what is no picture, what says to be a huge one, and what ends early.
func TestWhatIsNoLogo(t *testing.T) {
	t.Parallel()
	var moving bytes.Buffer
	if err := gif.Encode(&moving, image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.Black}), nil); err != nil {
		t.Fatal(err)
	}
	huge := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 8, 6, 0, 0, 0})...)
	good := picture(t, 400, 400)
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":       {nil, "must be a PNG or JPEG picture"},
		"an SVG":        {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "must be a PNG or JPEG picture"},
		"a GIF":         {moving.Bytes(), "must be a PNG or JPEG picture"},
		"a page":        {[]byte("<!doctype html>"), "must be a PNG or JPEG picture"},
		"65,535 square": {huge, "at most 4,000 pixels"},
		"cut":           {good[:len(good)-40], "is not whole"},
		"too large":     {append(good, make([]byte, vendors.MaxLogoBytes)...), "at most 1 MB"},
	} {
		_, err := vendors.ReadLogo(c.file)
		if f := fault.As(err); err == nil || len(f.Fields) != 1 || f.Fields[0].Name != "logo" || !strings.Contains(f.Fields[0].Message, c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// What a vendor's customers see of it is stored, journalled, and taken away again.
func TestBranding(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		service, rows := storetest.Vendors(t, e), vendorstore.Store{DB: e.DB}
		v := storetest.Vendor(t, e, "Acme")
		logo, err := vendors.ReadLogo(picture(t, 200, 40))
		if err != nil {
			t.Fatal(err)
		}
		name, light, dark, said := "Acme Tools", "#ABC", "", "Monday to Friday\n+44 20 7946 0000"
		change := func(c vendors.BrandingChange) vendors.Vendor {
			return storetest.Do(t, e, func(x tx.Tx) (vendors.Vendor, error) { return service.Update(x, v.ID, vendors.Change{Branding: c}) })
		}
		change(vendors.BrandingChange{Name: &name, AccentLight: &light, AccentDark: &dark, SupportText: &said, Logo: &logo})
		got, err := rows.ByID(t.Context(), v.ID)
		want := vendors.Branding{Name: name, AccentLight: "#aabbcc", SupportText: said, Logo: logo.Name()}
		if err != nil || got.Branding != want || got.ShownName() != name || got.Name != "Acme" {
			t.Errorf("%+v, %v", got, err)
		}
		if width, height := got.Branding.LogoSize(20); width != 100 || height != 20 {
			t.Errorf("20 high it is %dx%d", width, height)
		}
		if stored, err := rows.Logo(t.Context(), v.ID); err != nil || !bytes.Equal(stored.Content, logo.Content) {
			t.Errorf("%d bytes of a logo, %v", len(stored.Content), err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE vendor_id = $1 AND action = 'vendor.updated' AND after_value LIKE '%#aabbcc%'`, v.ID); n != 1 {
			t.Errorf("%d audit records", n)
		}
		wrong := "blue"
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (vendors.Vendor, error) {
			return service.Update(x, v.ID, vendors.Change{Branding: vendors.BrandingChange{AccentDark: &wrong}})
		})
		none := ""
		change(vendors.BrandingChange{Name: &none, AccentLight: &none, SupportText: &none, Logo: &vendors.Logo{}})
		got, err = rows.ByID(t.Context(), v.ID)
		if stored, e := rows.Logo(t.Context(), v.ID); err != nil || e != nil || got.Branding != (vendors.Branding{}) || got.ShownName() != "Acme" || len(stored.Content) > 0 {
			t.Errorf("%+v, %d bytes of a logo", got, len(stored.Content))
		}
	})
}
