package show

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"chancery/internal/audit"
	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// differences says what a record changed, field by field. What a thing began or
// ended with leaves out what is empty; ids whose names are not known, and what the
// record is about, are left to the columns of those who look for them.
func differences(page *web.Page, r Record) []web.Difference {
	before, after := flat(r.Before), flat(r.After)
	only := r.Before == nil || r.After == nil
	all := maps.Clone(before)
	maps.Copy(all, after)
	about := r.about()
	var found []web.Difference
	for _, path := range slices.Sorted(maps.Keys(all)) {
		was, is := before[path], after[path]
		if was == is || only && isEmpty(was+is) {
			continue
		}
		d := web.Difference{Name: fieldWords(path), Before: r.value(page, path, was), After: r.value(page, path, is), Only: only}
		if (was != "" && d.Before == "" || is != "" && d.After == "") || was+is == r.subjectID() || is == r.subjectID() {
			continue
		}
		if only && about != "" && is+was == about {
			continue
		}
		if d.Before == d.After {
			d.After += " (changed)"
		}
		// What a licence overrides is said by the value that holds, which comes after it.
		if i := slices.IndexFunc(found, func(f web.Difference) bool { return f.Name == d.Name }); i >= 0 {
			found[i] = d
			continue
		}
		found = append(found, d)
	}
	if more := int64(len(found) - r.Most); r.Most > 0 && more > 0 {
		found = append(found[:r.Most], web.Difference{Name: "…", After: "and " + web.Count(more, "other field", "other fields"), Only: true})
	}
	return found
}

// isEmpty reports whether a thing that begins with this value has nothing by it.
func isEmpty(value string) bool {
	switch value {
	case "", "0", "no", "[]", "{}":
		return true
	}
	return false
}

// longest is how much of a value is shown.
const longest = 120

// value shows one value: an id by its name, and empty where it has none; first and
// last days and instants as all pages do.
func (r Record) value(page *web.Page, path, v string) string {
	if _, err := ident.ParseUUID(v); err == nil {
		return r.Names[v]
	}
	if at, wrong := calendar.ParseInstant(v); wrong == "" {
		switch {
		case strings.HasSuffix(path, "expires_at"), strings.HasSuffix(path, "suspended_until"):
			return page.LastDay(at).Text
		case strings.HasSuffix(path, "starts_at"):
			return page.FirstDay(at).Text
		}
		return page.At(at).Text
	}
	if strings.HasPrefix(v, "[") {
		v = listed(v)
	}
	if runes := []rune(v); len(runes) > longest {
		v = string(runes[:longest]) + "…"
	}
	return v
}

// listed says what a JSON array holds: each thing by its name, or how many there are
// where they have none.
func listed(text string) string {
	var things []any
	if json.Unmarshal([]byte(text), &things) != nil {
		return text
	}
	names := make([]string, len(things))
	for i, thing := range things {
		names[i] = fmt.Sprint(thing)
		if fields, ok := thing.(map[string]any); ok {
			name, ok := fields["name"].(string)
			if !ok {
				return web.Count(int64(len(things)), "entry", "entries")
			}
			names[i] = name
		}
	}
	return strings.Join(names, ", ")
}

// fieldWords is a field of a record in the words of the screens.
func fieldWords(path string) string {
	within, name := "", path
	if i := strings.LastIndex(path, pathMark); i >= 0 {
		within, name = path[:i], path[i+len(pathMark):]
	}
	known := map[string]string{
		"is_active": "Switched on", "is_temporary": "Temporary", "expires_at": "Ends", "expires_mode": "End", "starts_at": "Begins",
		"licensee_email": "Licensee", "company_name": "Name", "customer_number": "Customer number",
		"email": "E-mail", "superior_id": "Superior", "client_id": "Client id", "legacy_license_key": "Legacy key",
	}
	term, _ := terms.FieldOf(name)
	words := cmp.Or(known[name], term.Label, UpperFirst(strings.NewReplacer("_", " ", "license", "licence").Replace(strings.TrimSuffix(name, "_id"))))
	switch within {
	case "", "policy", "overrides", "grants":
		return words
	}
	return UpperFirst(strings.ReplaceAll(within, "_", " ")) + pathMark + words
}

// UpperFirst begins a text with a capital letter.
func UpperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// idsOf are the ids that records name.
func idsOf(records []audit.Record) []ident.UUID {
	seen := map[ident.UUID]bool{}
	keep := func(text string) {
		if id, err := ident.ParseUUID(text); err == nil {
			seen[id] = true
		}
	}
	for _, r := range records {
		if !r.SubjectID.IsZero() {
			seen[r.SubjectID] = true
		}
		keep(r.ActorID)
		for _, text := range []*string{r.Before, r.After} {
			for _, v := range flat(text) {
				keep(v)
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b ident.UUID) int { return bytes.Compare(a[:], b[:]) })
}

// pathMark stands between the names of a value's path.
const pathMark = " · "

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
				under = path + pathMark + name
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
