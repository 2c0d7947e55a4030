package catalog

import (
	"slices"
	"strings"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func productsCrumb(q *web.Request) web.Link {
	return web.Link{Label: "Products & editions", Href: q.Href("/products")}
}

func productCrumb(q *web.Request, c catalog.Product) web.Link {
	return web.Link{Label: c.Name, Href: show.ProductHref(q, c.UUID)}
}

// on is the value of a CheckField.
func on(b bool) string {
	if b {
		return "on"
	}
	return ""
}

func onOff(b bool) web.Cell {
	badge := web.BadgeOff
	badge.Word = "No"
	if b {
		badge = web.Badge{Word: "Yes", Tone: web.Good}
	}
	return web.Cell{Badge: &badge}
}

func inactive(c catalog.Product) web.Cell {
	if c.MaximumInactiveDays == nil {
		return web.Cell{Text: "Kept for ever", Quiet: true}
	}
	return web.Cell{Text: "Released after " + web.Count(int64(*c.MaximumInactiveDays), "day", "days")}
}

func firstLine(s string) string {
	line, rest, more := strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(line); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	if more && strings.TrimSpace(rest) != "" {
		return line + " …"
	}
	return line
}

// beside puts a refusal of this code beside a field, where people look for it.
func beside(err error, code, field string) error {
	if !fault.Is(err, code) {
		return err
	}
	e := *fault.As(err)
	e.Fields = append(slices.Clip(e.Fields), fault.Field{Name: field, Message: clause(code)})
	return &e
}

// clause is what stands beside the field, after its label.
func clause(code string) string {
	switch code {
	case "tokens_in_use":
		return "is below the activations that some licence of this edition has in use"
	default:
		return "is taken"
	}
}
