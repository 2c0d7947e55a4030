package vendors

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	_ "image/jpeg" // which logos may be
	"image/png"
	"strings"

	"golang.org/x/image/draw"

	"chancery/internal/fault"
)

// Logo is a picture as it is served: a PNG of the server's own making, so that nothing
// of the file that somebody uploaded reaches a browser but its pixels.
type Logo struct {
	Content       []byte
	Width, Height int // pixels of it
}

// The bounds of a logo.
const (
	MaxLogoBytes = 1 << 20 // of the file that is uploaded
	maxLogoSide  = 4000    // pixels of it, in each direction
	logoWidth    = 480     // pixels at most of what is served: twice what screens show
	logoHeight   = 96
)

// Name tells the content by its hash and its size: "3f9c2b1a5d6e7f80-240x48"; empty for
// no logo.
func (l Logo) Name() string {
	if len(l.Content) == 0 {
		return ""
	}
	sum := sha256.Sum256(l.Content)
	return fmt.Sprintf("%x-%dx%d", sum[:8], l.Width, l.Height)
}

// LogoSize gives how large the logo is on a screen, where it is at most so high; 0, 0
// for none.
func (b Branding) LogoSize(height int) (width, high int) {
	_, size, _ := strings.Cut(b.Logo, "-")
	if _, err := fmt.Sscanf(size, "%dx%d", &width, &high); err != nil || width < 1 || high < 1 {
		return 0, 0
	}
	if high > height {
		width, high = max(width*height/high, 1), height
	}
	return width, high
}

// ReadLogo makes a logo of a PNG or JPEG file. A larger picture is made smaller, and
// never larger.
func ReadLogo(file []byte) (Logo, error) {
	wrong := func(message string) (Logo, error) {
		return Logo{}, fault.Wrong(fault.Field{Name: "logo", Message: message})
	}
	if len(file) > MaxLogoBytes {
		return wrong("must be at most 1 MB")
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(file))
	switch {
	case err != nil || format != "png" && format != "jpeg":
		return wrong("must be a PNG or JPEG picture")
	case c.Width > maxLogoSide || c.Height > maxLogoSide || c.Width < 1 || c.Height < 1:
		return wrong("must be at most 4,000 pixels wide and high")
	}
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return wrong("is not whole: the picture can't be read to its end")
	}
	from := picture.Bounds()
	width, height := from.Dx(), from.Dy()
	if width > logoWidth {
		width, height = logoWidth, max(height*logoWidth/width, 1)
	}
	if height > logoHeight {
		width, height = max(width*logoHeight/height, 1), logoHeight
	}
	to := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(to, to.Bounds(), picture, from, draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, to); err != nil {
		return Logo{}, err
	}
	return Logo{out.Bytes(), width, height}, nil
}
