package show

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"chancery/internal/audit"
	"chancery/internal/web"
)

// LoggedChange is one record of the audit log as a page shows it.
type LoggedChange struct {
	At      web.Moment
	Title   string // "Licence changed"
	Actor   string
	Address string
	Request string
	Differs []Difference
}

// Difference is one thing that a change changed.
type Difference struct {
	Name, Before, After string

	Only bool // there is no other side: the thing began or ended
}

// Logged prepares a record of the audit log for showing. names are those of ids
// that may stand in it.
func Logged(page *web.Page, r audit.Record, names map[string]string) LoggedChange {
	c := LoggedChange{At: page.Ago(r.At), Title: loggedTitle(r.Action), Actor: Actor(r), Address: r.Address, Request: r.RequestID}
	before, after := flat(r.Before), flat(r.After)
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if before[name] != after[name] && name != "license_id" {
			label := strings.TrimSuffix(name, "_id")
			was, is := names[before[name]], names[after[name]]
			if was != "" || is != "" {
				c.Differs = append(c.Differs, Difference{
					Name: label, Before: cmp.Or(was, before[name]), After: cmp.Or(is, after[name]), Only: r.Before == nil || r.After == nil,
				})
				continue
			}
			c.Differs = append(c.Differs,
				Difference{Name: strings.ReplaceAll(name, "_", " "), Before: before[name], After: after[name], Only: r.Before == nil || r.After == nil})
		}
	}
	return c
}

func loggedTitle(action string) string {
	text := strings.NewReplacer(".", " ", "_", " ", "license", "licence").Replace(action)
	if text == "" {
		return "Change"
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// IDs are the ids that a record of the audit log holds under a name.
func IDs(r audit.Record, name string) []string {
	var ids []string
	for _, text := range []*string{r.Before, r.After} {
		if id := flat(text)[name]; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// flat gives the values of a record by the paths of their names.
func flat(text *string) map[string]string {
	out := map[string]string{}
	if text == nil {
		return out
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(*text)))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return out
	}
	flatten("", value, out)
	return out
}

func flatten(path string, value any, out map[string]string) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			under := name
			if path != "" {
				under = path + " · " + name
			}
			flatten(under, inner, out)
		}
	case nil:
	case string:
		out[path] = v
	case bool:
		out[path] = map[bool]string{true: "yes", false: "no"}[v]
	case json.Number:
		out[path] = v.String()
	default:
		b, _ := json.Marshal(v) //nolint:errchkjson // it was read from JSON
		out[path] = string(b)
	}
}
