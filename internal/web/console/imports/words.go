package imports

import (
	"strings"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/imports"
	"chancery/internal/web"
)

func badge(i imports.Import) web.Badge {
	switch i.State {
	case imports.Draft:
		return web.Badge{Word: "Not started", Tone: web.Info, Hint: "nothing was brought in yet"}
	case imports.Running:
		return web.Badge{Word: "Running", Tone: web.Info}
	case imports.Stopped:
		return web.Badge{Word: "Stopped", Tone: web.Neutral, Hint: "what is done stays"}
	case imports.Refused:
		return web.Badge{Word: "Refused", Tone: web.Bad, Hint: "all or nothing: nothing was brought in"}
	case imports.Arriving:
		return web.Badge{Word: "Arriving", Tone: web.Info, Hint: "the file is being stored"}
	case imports.Gone:
		return web.Badge{Word: "Discarded", Tone: web.Neutral, Hint: "its lines are being taken away"}
	case imports.Finished:
	}
	if i.Failed > 0 {
		return web.Badge{Word: "Done in part", Tone: web.Warning, Hint: "some lines failed"}
	}
	return web.Badge{Word: "Done", Tone: web.Good}
}

func kindWord(k imports.Kind) string {
	switch k {
	case imports.Customers:
		return "customers"
	case imports.Cards:
		return "prepaid cards"
	case imports.Devices:
		return "prepaid devices"
	case imports.Licenses:
	}
	return "licences"
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// told are a line's problems in one sentence each.
func told(l imports.Line) string {
	parts := make([]string, len(l.Problems))
	for i, w := range l.Problems {
		parts[i] = strings.TrimSpace(w.Column + " " + strings.TrimSuffix(w.Text, ".") + ".")
	}
	return strings.Join(parts, " ")
}

// needs is what one must be allowed beside importing, to bring in such a file.
func needs(k imports.Kind) identity.Permission {
	switch k {
	case imports.Customers:
		return identity.ManageCustomers
	case imports.Cards, imports.Devices:
		return identity.ManagePrepaid
	case imports.Licenses:
	}
	return identity.ManageLicenses
}

// allow refuses who may not make by hand what the file would make.
func allow(q *web.Request, k imports.Kind) error {
	if q.May(needs(k)) {
		return nil
	}
	return &fault.Error{
		Kind: fault.Forbidden, Code: "forbidden", Message: "You may not import " + kindWord(k) + ".",
		Help: "Ask an owner for a role that manages " + kindWord(k) + ".",
	}
}
