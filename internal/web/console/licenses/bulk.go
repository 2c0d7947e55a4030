package licenses

import (
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/tx"
	"chancery/internal/web"
)

const (
	maxBulk = 500 // licences that one request switches: a transaction is short
	maxUndo = 40  // ids that fit into the message that offers to undo
)

func (p *Pages) bulk() []edge.Route {
	back := func(q *web.Request) string { return q.Href("/licenses") }
	routes := make([]edge.Route, 0, 2)
	for path, on := range map[string]bool{"/licenses/switch-off": false, "/licenses/switch-on": true} {
		routes = append(routes, web.Act(p.Face, path, web.Needs(identity.ManageLicenses), back,
			func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) { return p.switchAll(t, q, v, on) }))
	}
	return routes
}

// switchAll switches the ticked licences; ids may also come joined by commas, from
// an undo.
func (p *Pages) switchAll(t tx.Tx, q *web.Request, v web.Values, on bool) (web.Done, error) {
	var ids []ident.UUID
	for _, text := range strings.Split(strings.Join(v.Values["id"], ","), ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		id, err := ident.ParseUUID(text)
		if err != nil {
			return web.Done{}, fault.Missing("license")
		}
		ids = append(ids, id)
	}
	switch {
	case len(ids) == 0:
		return web.Done{}, fault.Refused("nothing_ticked", "No licence is ticked.", "Tick the licences to switch, and try again.")
	case len(ids) > maxBulk:
		return web.Done{}, fault.Refused("too_many_ticked", "At most 500 licences can be switched at once.", "Tick fewer, and repeat.")
	}
	texts := make([]string, len(ids))
	for i, uuid := range ids {
		id, err := p.idOf(t, q, uuid)
		if err != nil {
			return web.Done{}, err
		}
		if _, err := p.Licenses.Update(t, q.VendorID(), id, licensing.Change{IsActive: &on}); err != nil {
			return web.Done{}, err
		}
		texts[i] = uuid.String()
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
