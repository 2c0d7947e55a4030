package show

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"chancery/internal/audit"
	"chancery/internal/web"
)

// Action is what was done, in words: "license.changed" is "Licence changed".
func Action(action string) string {
	noun, verb, _ := strings.Cut(action, ".")
	words := strings.ReplaceAll(noun+" "+verb, "_", " ")
	words = strings.ReplaceAll(words, "license", "licence")
	words = strings.ReplaceAll(words, "api key", "API key")
	return strings.ToUpper(words[:1]) + words[1:]
}

// Actor is who did it, in words.
func Actor(r audit.Record) string {
	switch {
	case r.ActorName != "":
		return r.ActorName
	case r.ActorKind == "api_key":
		return "An API key"
	case r.ActorKind == "client" && r.Subject == "user":
		// Nobody was signed in. Who signed in, or for whom it was tried, is in the
		// record; newer ones name who proved to be somebody.
		if email := flat(r.After)["email"]; email != "" {
			return email
		}
		return "Somebody not signed in"
	case r.ActorKind == "client":
		return "A client"
	case r.ActorKind == "system":
		return "The server"
	case r.ActorKind == "user":
		return "A user"
	}
	return r.ActorKind
}

// maxChanges is how many changed fields a line shows.
const maxChanges = 6

// Changes says what changed from before to after, field by field: "name: A → B".
// A thing that was made or removed shows what it was.
func Changes(r audit.Record) string {
	before, after := fieldsOf(r.Before), fieldsOf(r.After)
	var parts []string
	for _, name := range names(before, after) {
		was, had := before[name]
		is, has := after[name]
		switch {
		case had && has && was != is:
			parts = append(parts, fmt.Sprintf("%s: %s → %s", label(name), was, is))
		case had && has, was == "" && is == "":
		case has:
			parts = append(parts, label(name)+": "+is)
		default:
			parts = append(parts, label(name)+": "+was)
		}
	}
	if len(parts) > maxChanges {
		parts = append(parts[:maxChanges], fmt.Sprintf("and %d more", len(parts)-maxChanges))
	}
	return strings.Join(parts, " · ")
}

func label(name string) string { return strings.ReplaceAll(name, "_", " ") }

func names(maps ...map[string]string) []string {
	var all []string
	for _, m := range maps {
		for name := range m {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fieldsOf reads a record's JSON. What stands in an object of its own, as an
// edition's policy does, counts as fields of the record.
func fieldsOf(text *string) map[string]string {
	if text == nil {
		return nil
	}
	var raw map[string]json.RawMessage
	if json.Unmarshal([]byte(*text), &raw) != nil {
		return map[string]string{"value": *text}
	}
	fields := make(map[string]string, len(raw))
	for name, value := range raw {
		var inner map[string]json.RawMessage
		if json.Unmarshal(value, &inner) != nil || len(inner) == 0 {
			fields[name] = plain(value)
			continue
		}
		for name, value := range inner {
			fields[name] = plain(value)
		}
	}
	return fields
}

const maxValue = 80

func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		s = string(raw)
	}
	if s == "null" || s == "" || s == "[]" || s == "{}" {
		return "none"
	}
	if runes := []rune(s); len(runes) > maxValue {
		s = string(runes[:maxValue]) + "…"
	}
	return s
}

// SubjectHref is the page of what a record is about; empty when there is none.
func SubjectHref(base string, r audit.Record) string {
	if r.SubjectID.IsZero() {
		return ""
	}
	switch r.Subject {
	case "license":
		return LicenseHref(base, r.SubjectID)
	case "customer":
		return CustomerHref(base, r.SubjectID)
	case "product":
		return ProductHref(base, r.SubjectID)
	case "edition":
		return EditionHref(base, r.SubjectID)
	case "activation":
		return ActivationHref(base, r.SubjectID)
	}
	return ""
}

// HistoryColumns are the columns of every list of audit records.
func HistoryColumns(base string) []web.Column[audit.Record] {
	return []web.Column[audit.Record]{
		{Name: "at", Label: "When", Cell: func(r audit.Record) web.Cell { return web.Cell{When: r.At} }},
		{Name: "what", Label: "What", Cell: func(r audit.Record) web.Cell {
			return web.Cell{Text: Action(r.Action), Href: SubjectHref(base, r), Sub: Changes(r)}
		}, Plain: func(r audit.Record) string { return r.Action }},
		{Name: "who", Label: "Who", Cell: func(r audit.Record) web.Cell { return web.Cell{Text: Actor(r)} }},
		{Name: "address", Label: "From", Cell: func(r audit.Record) web.Cell { return web.Cell{Text: r.Address, Mono: true} }},
		{Name: "actor", Label: "Actor", Extra: true, Cell: func(r audit.Record) web.Cell {
			return web.Cell{Text: r.ActorKind, Sub: r.ActorID}
		}, Plain: func(r audit.Record) string { return strings.TrimSpace(r.ActorKind + " " + r.ActorID) }},
		{Name: "subject", Label: "Subject", Extra: true, Cell: func(r audit.Record) web.Cell { return web.Cell{Text: r.Subject, Sub: r.SubjectID.String()} }},
		{Name: "request", Label: "Request", Extra: true, Cell: func(r audit.Record) web.Cell { return web.Cell{Text: r.RequestID, Mono: true} }},
		{Name: "before", Label: "Before", Extra: true, Cell: func(r audit.Record) web.Cell { return web.Cell{Text: whole(r.Before), Mono: true} }},
		{Name: "after", Label: "After", Extra: true, Cell: func(r audit.Record) web.Cell { return web.Cell{Text: whole(r.After), Mono: true} }},
	}
}

func whole(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
