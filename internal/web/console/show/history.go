package show

import (
	"context"
	"encoding/json"
	"sort"
	"strings"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/web"
)

// Change is one line of a thing's history.
type Change = audit.Record

// History reads the audit log.
type History interface {
	List(ctx context.Context, v ident.VendorID, f audit.Filter, r listing.Request) (listing.Page[audit.Record], error)
}

// HistoryTable is the history of one thing: who changed what of it, when.
func HistoryTable(q *web.Request, rows History, subject string, id ident.UUID) web.Table[Change] {
	return web.Table[Change]{
		Name: subject + "-history", Sorts: audit.Sorts(),
		Empty: web.Empty{Icon: "history", Title: "Nothing has changed", Text: "Every change is written down here, with who made it and from where."},
		Columns: []web.Column[Change]{
			{Name: "when", Label: "When", Cell: func(c Change) web.Cell { return web.Cell{When: c.At} }},
			{Name: "what", Label: "What", Cell: func(c Change) web.Cell { return web.Cell{Text: Action(c.Action), Sub: Changes(c.Before, c.After)} },
				Plain: func(c Change) string { return c.Action + ": " + Changes(c.Before, c.After) }},
			{Name: "who", Label: "Who", Cell: func(c Change) web.Cell { return web.Cell{Text: Who(c), Sub: c.Address} }, Plain: Who},
			{Name: "request", Label: "Request", Extra: true, Cell: func(c Change) web.Cell { return web.Cell{Text: c.RequestID, Mono: true} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[audit.Record], error) {
			return rows.List(q.Context(), q.VendorID(), audit.Filter{Subject: subject, SubjectID: id}, r)
		},
	}
}

// Action writes an action of the audit log as people say it: "License created".
func Action(a string) string {
	noun, verb, _ := strings.Cut(a, ".")
	text := strings.NewReplacer("_", " ", "license", "licence").Replace(noun + " " + verb)
	if text = strings.TrimSpace(text); text == "" {
		return a
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// Who is who made a change.
func Who(c Change) string {
	switch {
	case c.ActorName != "":
		return c.ActorName
	case c.ActorKind == "system":
		return "Chancery itself"
	case c.ActorKind == "api_key":
		return "API key " + c.ActorID
	}
	return strings.TrimSpace(c.ActorKind + " " + c.ActorID)
}

// maxChanges is how many changed fields a line names.
const maxChanges = 6

// Changes names the fields in which two records of the audit log differ, with
// what they held: "company name: A → B".
func Changes(before, after *string) string {
	if before == nil || after == nil {
		return ""
	}
	b, a := fields("", *before), fields("", *after)
	var names []string
	for name, value := range a {
		if b[name] != value {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, still := a[name]; !still {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	parts := make([]string, 0, maxChanges+1)
	for i, name := range names {
		if i == maxChanges {
			parts = append(parts, web.Count(int64(len(names)-i), "more field", "more fields"))
			break
		}
		parts = append(parts, strings.ReplaceAll(name, "_", " ")+": "+brief(b[name])+" → "+brief(a[name]))
	}
	return strings.Join(parts, "; ")
}

// fields flattens a JSON object one level deep, which is where records keep their parts.
func fields(prefix, text string) map[string]string {
	out := map[string]string{}
	var all map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &all) != nil {
		return out
	}
	for name, raw := range all {
		if prefix == "" && len(raw) > 0 && raw[0] == '{' {
			for inner, value := range fields(name, string(raw)) {
				out[inner] = value
			}
			continue
		}
		out[name] = string(raw)
	}
	return out
}

func brief(raw string) string {
	switch raw {
	case "", "null", `""`:
		return "none"
	case "true":
		return "yes"
	case "false":
		return "no"
	}
	var text string
	if json.Unmarshal([]byte(raw), &text) != nil {
		text = raw
	}
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}
