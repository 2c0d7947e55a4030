package licenses

import (
	"slices"
	"strconv"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
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
	keys := make([]ident.LicenseID, len(ids))
	for i, uuid := range ids {
		if keys[i], err = p.idOf(t, q, uuid); err != nil {
			return web.Done{}, err
		}
	}
	slices.Sort(keys)
	var are, switched, left []string // revisions of all as they are; those that are not so yet
	for _, key := range keys {
		was, is, err := p.switchTo(t, q, key, on)
		if err != nil {
			return web.Done{}, err
		}
		are = append(are, revision(was))
		if was.IsActive != on {
			switched, left = append(switched, was.UUID.String()), append(left, revision(is))
		}
	}
	if err := v.As(are...); err != nil {
		return web.Done{}, err
	}
	say := web.Flash{Text: web.Count(int64(len(ids)), "licence was", "licences were") + " switched " + word(on) + "."}
	if len(switched) > 0 && len(switched) <= maxUndo {
		say.Undo = web.UndoLeft(q.Href("/licenses/switch-"+word(!on)), map[string]string{"id": strings.Join(switched, ",")}, left...)
	}
	return web.Done{To: q.Href("/licenses"), Say: say}, nil
}

// switchTo switches a licence on or off, and tells how it was and is.
func (p *Pages) switchTo(t tx.Tx, q *web.Request, key ident.LicenseID, on bool) (was, is *licensing.License, err error) {
	if was, err = p.Licenses.Locked(t, q.VendorID(), key); err != nil {
		return nil, nil, err
	}
	if was == nil {
		return nil, nil, fault.Missing("license")
	}
	is, err = p.Licenses.Update(t, q.VendorID(), key, licensing.Change{IsActive: &on})
	return was, is, err
}

// revision tells one state of a licence from another, for web.UndoLeft.
func revision(l *licensing.License) string { return strconv.FormatInt(l.Revision, 10) }

func word(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
