package licenses

import (
	"slices"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// maxUndo is how many ids fit into the message that offers to undo.
const maxUndo = 40

func (p *Pages) bulk() []edge.Route {
	back := func(q *web.Request) string { return q.Href("/licenses") }
	routes := make([]edge.Route, 0, 2)
	for path, on := range map[string]bool{"/licenses/switch-off": false, "/licenses/switch-on": true} {
		routes = append(routes, web.Act(p.Face, path, web.Needs(identity.ManageLicenses), back,
			func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) { return p.switchAll(t, q, v, on) }))
	}
	return routes
}

// switchAll switches the ticked licences, in the order of their keys, in which all
// lock them.
func (p *Pages) switchAll(t tx.Tx, q *web.Request, v web.Values, on bool) (web.Done, error) {
	ids, err := v.UUIDs("id", web.MaxTogether)
	if err != nil {
		return web.Done{}, err
	}
	texts, keys := make([]string, len(ids)), make([]ident.LicenseID, len(ids))
	for i, uuid := range ids {
		if keys[i], err = p.idOf(t, q, uuid); err != nil {
			return web.Done{}, err
		}
		texts[i] = uuid.String()
	}
	slices.Sort(keys)
	for _, key := range keys {
		if _, err := p.Licenses.Update(t, q.VendorID(), key, licensing.Change{IsActive: &on}); err != nil {
			return web.Done{}, err
		}
	}
	say := web.Flash{Text: web.Count(int64(len(ids)), "licence was", "licences were") + " switched " + word(on) + "."}
	if len(ids) <= maxUndo {
		say.Undo = &web.Undo{
			Label: "Undo", Action: q.Href("/licenses/switch-" + word(!on)), Values: map[string]string{"id": strings.Join(texts, ",")},
		}
	}
	return web.Done{To: q.Href("/licenses"), Say: say}, nil
}

func word(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
