package prepaid

import (
	"strings"

	"chancery/internal/fault"
)

const (
	maxModels = 100
	maxModel  = 100
)

// Fits reports whether a card of this code may be bound to a device of a model (docs/rules/prepaid.md, rule 5).
// Case and blanks around do not count; * in a pattern stands for any characters.
func (c Code) Fits(model string) bool {
	model = foldModel(model)
	for _, pattern := range c.Models {
		if matches(foldModel(pattern), model) {
			return true
		}
	}
	return false
}

func foldModel(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// matches looks for the parts between the stars one after the other.
func matches(pattern, model string) bool {
	first, rest, starred := strings.Cut(pattern, "*")
	if !starred {
		return pattern == model
	}
	model, ok := strings.CutPrefix(model, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		_, after, found := strings.Cut(model, part)
		if !found {
			return false
		}
		model = after
	}
	return strings.HasSuffix(model, last)
}

// readModels reads a model range: at least one, without blanks around them and repeats.
func readModels(wrong *fault.Fields, models []string) (read []string) {
	seen := map[string]bool{}
	for _, m := range models {
		m = strings.TrimSpace(m)
		if m == "" || seen[foldModel(m)] {
			continue
		}
		seen[foldModel(m)] = true
		wrong.Text("models", m, 1, maxModel)
		read = append(read, m)
	}
	wrong.Check(len(read) > 0, "models", "must name a model, or a pattern such as GT06*")
	wrong.Check(len(read) <= maxModels, "models", "must be at most 100 models")
	return read
}
