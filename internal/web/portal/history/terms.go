package history

import (
	"cmp"
	"encoding/json"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// overrides are what a licence sets for itself, as the audit log has it: limits are there as
// people know them.
type overrides struct {
	terms.Overrides

	Limitations []limit `json:"limitations"`
}

type limit struct {
	ID              ident.UUID   `json:"id"`
	Limit           *json.Number `json:"limit"`
	Unlimited       bool         `json:"unlimited"`
	ContractAllowed *json.Number `json:"contract_allowed"`
}

// agreed are the fields of which owners are told from what to what they changed, with what they
// are called. Others are the vendor's own, such as its buffer and goodwill, or about the program.
//
//nolint:gochecknoglobals // texts, which never change
var agreed = []struct{ field, label string }{
	{"floating_token_limit", language.Mark("Sessions at once")},
	{"trial_days", language.Mark("Days of trial")},
	{"offline_allowed", language.Mark("Licence files")},
	{"offline_days", language.Mark("Days that a licence file is good for")},
	{"deactivation_allowance", language.Mark("Deactivations in all")},
	{"dashboard_deactivation_allowance", language.Mark("Deactivations in the dashboard")},
	{"api_deactivation_allowed", language.Mark("Releasing devices by access tokens")},
	{"client_may_unassign", language.Mark("Giving an activation up on the device")},
}

// termsChanged says what of a licence's own terms is another, from what to what. Of what the
// edition says and of what is hidden from customers nothing is said.
func termsChanged(q *web.Request, page *web.Page, g terms.Grants, was, is overrides) (all []string) {
	say := func(label, from, to string) {
		if from == to {
			return
		}
		edition := q.T("as its edition says")
		all = append(all, fromTo(q, label, cmp.Or(from, edition), cmp.Or(to, edition)))
	}
	for _, a := range agreed {
		if f, known := terms.FieldOf(a.field); known {
			say(q.Language().Word(a.label), written(q, f.Own(&was.Overrides)), written(q, f.Own(&is.Overrides)))
		}
	}
	for _, f := range g.Features {
		say(quoted(f.Name), feature(q, page, was, f.ID), feature(q, page, is, f.ID))
	}
	for _, k := range g.Limitations {
		a, b := limitOf(was, k.ID), limitOf(is, k.ID)
		say(quoted(k.Name), a.written(q), b.written(q))
		say(q.T("Contract of “%s”", k.Name), quantity(q, a.ContractAllowed), quantity(q, b.ContractAllowed))
	}
	for _, k := range g.Variables {
		say(quoted(k.Name), variable(was, k.ID), variable(is, k.ID))
	}
	return all
}

// fromTo says what something was, and what it is.
func fromTo(q *web.Request, label, from, to string) string {
	return q.T("%s: %s → %s.", label, from, to)
}

func quoted(name string) string { return "“" + name + "”" }

// written is a field's own value in words; empty where the edition's holds.
func written(q *web.Request, value any) string {
	switch v := value.(type) {
	case int64:
		return q.Language().Number(v)
	case bool:
		if v {
			return q.T("allowed")
		}
		return q.T("not allowed")
	}
	return ""
}

func feature(q *web.Request, page *web.Page, o overrides, id ident.UUID) string {
	for _, f := range o.Features {
		if f.ID != id {
			continue
		}
		var all []string
		if f.IsActive != nil && *f.IsActive {
			all = append(all, q.T("included"))
		} else if f.IsActive != nil {
			all = append(all, q.T("not included"))
		}
		if f.ExpiresAt != nil {
			all = append(all, q.T("until the end of %s", page.LastDay(*f.ExpiresAt).Text))
		}
		return strings.Join(all, ", ")
	}
	return ""
}

func limitOf(o overrides, id ident.UUID) limit {
	for _, l := range o.Limitations {
		if l.ID == id {
			return l
		}
	}
	return limit{}
}

func (l limit) written(q *web.Request) string {
	if l.Unlimited {
		return q.T("unlimited")
	}
	return quantity(q, l.Limit)
}

func quantity(q *web.Request, n *json.Number) string {
	if n == nil {
		return ""
	}
	return q.Language().Decimal(n.String())
}

func variable(o overrides, id ident.UUID) string {
	for _, v := range o.Variables {
		if v.ID == id {
			return quoted(v.Value)
		}
	}
	return ""
}
