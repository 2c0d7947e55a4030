package observe_test

import (
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/observe"
)

// model is what the figures must be, counted from all that was accepted, each time anew.
type model struct {
	items []observe.Item // the first of each key
	seen  map[ident.UUID]bool
	joins []observe.Join
}

func (m *model) take(items ...observe.Item) {
	if m.seen == nil {
		m.seen = map[ident.UUID]bool{}
	}
	for _, it := range items {
		if !m.seen[it.Key] {
			m.seen[it.Key] = true
			m.items = append(m.items, it)
		}
	}
}

// root finds the actor that stands for all that an actor was joined with.
func (m *model) root(actor string) string {
	group := map[string]bool{actor: true}
	for grown := true; grown; {
		grown = false
		for _, j := range m.joins {
			if group[j.Anonymous] != group[j.Identified] {
				group[j.Anonymous], group[j.Identified], grown = true, true, true
			}
		}
	}
	all := make([]string, 0, len(group))
	for a := range group {
		all = append(all, a)
	}
	return slices.Min(all)
}

// rows counts the licences or accounts as of an instant.
func (m *model) rows(kind observe.Kind, asOf time.Time) map[string]observe.Row {
	type sets struct{ others, actors, products, versions map[string]bool }
	rows, counted, latest := map[string]observe.Row{}, map[string]sets{}, map[string]observe.Item{}
	edge := asOf.Add(-observe.Window)
	for _, it := range m.items {
		id, other := it.License, it.Account
		if kind == observe.Account {
			id, other = it.Account, it.License
		}
		if id == "" {
			continue
		}
		r, known := rows[id]
		if !known {
			r = observe.Row{ID: id, First: it.At, Last: it.At}
			counted[id] = sets{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
		}
		if it.At.Before(r.First) {
			r.First = it.At
		}
		if it.At.After(r.Last) {
			r.Last = it.At
		}
		if was := latest[id]; other != "" && (it.At.After(was.At) || it.At.Equal(was.At) && slices.Compare(it.Key[:], was.Key[:]) > 0) {
			latest[id], r.Latest = it, other
		}
		if it.At.After(edge) {
			if it.What == observe.Event {
				r.Events++
			}
			c := counted[id]
			c.actors[m.root(it.Actor)] = true
			c.products[it.Product] = true
			c.versions[it.Product+"\x00"+it.Version] = true
			if other != "" {
				c.others[other] = true
			}
			r.Others, r.Actors, r.Products, r.Versions = int64(len(c.others)), int64(len(c.actors)), int64(len(c.products)), int64(len(c.versions))
		}
		rows[id] = r
	}
	for id, r := range rows {
		r.Status = observe.StatusOf(r.Last, asOf)
		rows[id] = r
	}
	return rows
}

// actors counts the actors of the window.
func (m *model) actors(asOf time.Time) int64 {
	all := map[string]bool{}
	for _, it := range m.items {
		if it.At.After(asOf.Add(-observe.Window)) {
			all[m.root(it.Actor)] = true
		}
	}
	return int64(len(all))
}
