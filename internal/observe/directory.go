package observe

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"chancery/internal/calendar"
	"chancery/internal/ident"
)

// directory gives names their numbers during one step.
type directory struct {
	ids  map[Named]int64 // by kind, parent and name
	made []Named
	next int64
	have map[Kind]int64
}

func newDirectory(before State) *directory {
	d := &directory{ids: map[Named]int64{}, next: max(before.NextID, 1), have: map[Kind]int64{}}
	maps.Copy(d.have, before.Names)
	return d
}

// look reads the numbers of names that have any.
func (d *directory) look(ctx context.Context, store FoldingStore, v ident.VendorID, wanted []Named) error {
	var unknown []Named
	asked := map[Named]bool{}
	for _, n := range wanted {
		if d.ids[n] == 0 && !asked[n] {
			asked[n] = true
			unknown = append(unknown, n)
		}
	}
	slices.SortFunc(unknown, compareNames)
	found, err := store.Known(ctx, v, unknown)
	for _, n := range found {
		d.ids[Named{Kind: n.Kind, Parent: n.Parent, Name: n.Name}] = n.ID
	}
	return err
}

func (d *directory) known(n Named) (int64, bool) { id := d.ids[n]; return id, id != 0 }

// number gives the number of a name, a new one where it has none.
func (d *directory) number(n Named) int64 {
	if id := d.ids[n]; id != 0 {
		return id
	}
	id := d.next
	d.next++
	d.have[n.Kind]++
	d.ids[n] = id
	d.made = append(d.made, Named{ID: id, Kind: n.Kind, Parent: n.Parent, Name: n.Name})
	return id
}

// mark gives the numbers of an item, or why it is one name too many.
func (d *directory) mark(it Item) (Mark, Reason) {
	names := []Named{{Kind: Product, Name: it.Product}, {Kind: Actor, Name: it.Actor}}
	if it.License != "" {
		names = append(names, Named{Kind: License, Name: it.License})
	}
	if it.Account != "" {
		names = append(names, Named{Kind: Account, Name: it.Account})
	}
	for _, n := range names {
		if d.ids[n] == 0 && d.have[n.Kind] >= MostNames(n.Kind) {
			return Mark{}, n.Kind.refusal()
		}
	}
	version := Named{Kind: Version, Parent: d.ids[names[0]], Name: it.Version}
	if (version.Parent == 0 || d.ids[version] == 0) && d.have[Version] >= MostNames(Version) {
		return Mark{}, TooManyVersions
	}
	m := Mark{What: it.What, Key: it.Key, At: it.At.UnixMilli(), Product: d.number(names[0]), Actor: d.number(names[1])}
	version.Parent = m.Product
	m.Version = d.number(version)
	for _, n := range names[2:] {
		if n.Kind == License {
			m.License = d.number(n)
		} else {
			m.Account = d.number(n)
		}
	}
	return m, ""
}

// payload is an item as it might have been sent, where the bytes are not at hand any more.
func (it Item) payload() string {
	b, _ := json.Marshal(map[string]string{ //nolint:errchkjson // texts
		"id": it.ID.String(), "timestamp": calendar.WriteInstant(it.At), "actor_id": it.Actor, "product": it.Product, "product_version": it.Version,
		"account_id": it.Account, "license_id": it.License, "category": it.Category, "name": it.Name, "body": it.Body,
	})
	return string(b)
}

func compareKeys(a, b ident.UUID) int { return bytes.Compare(a[:], b[:]) }

func compareNames(a, b Named) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Parent, b.Parent), cmp.Compare(a.Name, b.Name))
}

// unique sorts numbers, each once, without 0.
func unique(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id int64) bool { return id == 0 })
}

// uniquePairs sorts pairs, each once.
func uniquePairs(pairs []Pair) []Pair {
	slices.SortFunc(pairs, func(a, b Pair) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return slices.Compact(pairs)
}
