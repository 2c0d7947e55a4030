package show

import (
	"cmp"
	"strings"

	"chancery/internal/audit"
	"chancery/internal/web"
)

// A Record is a line of the audit log with the names of what it names by id.
type Record struct {
	audit.Record

	Names map[string]string // by id
	Most  int               // how many changed fields are shown
}

// Action is what was done, in words: "license.changed" is "Licence changed".
func Action(action string) string {
	words := strings.NewReplacer(".", " ", "_", " ", "license", "licence").Replace(action)
	words = strings.ReplaceAll(words, "api key", "API key")
	if words == "" {
		return "Change"
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// Actor is who did it, in words.
func (r Record) Actor() string {
	switch {
	case r.ActorName != "":
		return r.ActorName
	case r.ActorKind == "api_key" && r.Names[r.ActorID] != "":
		return r.Names[r.ActorID] + " (API key)"
	case r.Names[r.ActorID] != "":
		return r.Names[r.ActorID]
	case r.ActorKind == "client" && r.Subject == "user":
		if email := flat(r.After)["email"]; email != "" {
			return email // who signs in is nobody yet
		}
		return "Somebody not signed in"
	}
	switch r.ActorKind {
	case "api_key":
		return "An API key"
	case "client":
		return "A client"
	case "system":
		return "The server"
	case "user":
		return "A user"
	case "webhook":
		return "A webhook"
	}
	return strings.ReplaceAll(r.ActorKind, "_", " ")
}

// recordColumns are the columns of every list of audit records.
func recordColumns(q *web.Request) []web.Column[Record] {
	page := q.Page("")
	return []web.Column[Record]{
		{Name: "at", Label: "When", Cell: func(r Record) web.Cell { return web.Cell{When: r.At} }},
		{Name: "what", Label: "What", Cell: func(r Record) web.Cell {
			return web.Cell{Text: Action(r.Action), Href: SubjectHref(q, r.Record), Sub: r.about(), Differs: differences(&page, r)}
		}, Plain: func(r Record) string { return r.Action }},
		{Name: "who", Label: "Who", Cell: func(r Record) web.Cell { return web.Cell{Text: r.Actor(), Sub: r.Address, Whole: true} }, Plain: Record.Actor},
		{Name: "address", Label: "From", Extra: true, Cell: func(r Record) web.Cell { return web.Cell{Text: r.Address, Mono: true} }},
		{Name: "actor", Label: "Actor", Extra: true, Cell: func(r Record) web.Cell {
			return web.Cell{Text: r.ActorKind, Sub: r.ActorID}
		}, Plain: func(r Record) string { return strings.TrimSpace(r.ActorKind + " " + r.ActorID) }},
		{Name: "subject", Label: "Subject", Extra: true, Cell: func(r Record) web.Cell { return web.Cell{Text: r.Subject, Sub: r.subjectID()} }},
		{Name: "subject_id", Label: "Subject id", Extra: true, Cell: func(r Record) web.Cell { return web.Cell{Text: r.subjectID(), Mono: true} }},
		{Name: "request", Label: "Request", Extra: true, Cell: func(r Record) web.Cell { return web.Cell{Text: r.RequestID, Mono: true} }},
		{Name: "before", Label: "Before", Extra: true, Cell: func(r Record) web.Cell { return web.Cell{Text: whole(r.Before), Mono: true} }},
		{Name: "after", Label: "After", Extra: true, Cell: func(r Record) web.Cell { return web.Cell{Text: whole(r.After), Mono: true} }},
	}
}

// about is the name of what the record is about, where the fields below do not say it.
func (r Record) about() string {
	name := r.Names[r.subjectID()]
	after, before := flat(r.After), flat(r.Before)
	for _, field := range []string{"name", "company_name", "email"} {
		if name != "" && name == cmp.Or(after[field], before[field]) && after[field] != before[field] {
			return ""
		}
	}
	return name
}

func (r Record) subjectID() string {
	if r.SubjectID.IsZero() {
		return ""
	}
	return r.SubjectID.String()
}

func whole(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
