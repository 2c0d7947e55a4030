package show

import (
	"strings"

	"chancery/internal/licensing"
	"chancery/internal/web"
)

// NameForm fills a form that asks what a device is to be called.
func NameForm(q *web.Request, form *web.Form, a *licensing.Activation) {
	form.Submit, form.Cancel = q.T("Save"), ActivationHref(q, a.UUID)
	form.Add(web.Group{Fields: []web.Field{{
		Name: "display_name", Label: q.T("Display name"), Value: a.DisplayName, Focus: true,
		Hint: q.T("For example: Till 3, front. Empty takes the name away."),
	}}})
}

// Joined joins what is there of some words, with dots between them.
func Joined(all ...string) string {
	kept := make([]string, 0, len(all))
	for _, s := range all {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, " · ")
}
