package owners

import (
	"context"
	"slices"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/owners"
	"chancery/internal/store"
)

// doers are the selections of what is known of who has done something: the name by which a
// record tells it, and the role of a user or the kind of a key. A user of an access token that
// is gone is found by the address.
//
//nolint:gochecknoglobals // texts, which never change
var doers = []struct {
	kind, from, column string
	byAddress          bool
}{
	{kind: "user", from: `SELECT u.uuid, '', u.role FROM users u WHERE u.vendor_id =`, column: "u.uuid"},
	{kind: "api_key", from: `SELECT k.uuid, '', k.kind FROM api_keys k WHERE k.vendor_id =`, column: "k.uuid"},
	{kind: "access_token", from: `SELECT u.uuid, u.email, u.role FROM users u WHERE u.vendor_id =`, column: "u.email", byAddress: true},
	{
		kind: "access_token", column: "k.uuid",
		from: `SELECT k.uuid, '', u.role FROM access_tokens k JOIN users u ON u.vendor_id = k.vendor_id AND u.id = k.user_id WHERE k.vendor_id =`,
	},
}

// nameDoers says who has done what.
func (s Store) nameDoers(ctx context.Context, v ident.VendorID, all []happening) error {
	for _, from := range doers {
		var names []any
		for _, h := range all {
			if name, ok := h.doer(from.byAddress); ok && h.kind == from.kind && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(names) == 0 {
			continue
		}
		sqltext, args := store.Select(from.from, v).And(from.column+" IN (?"+strings.Repeat(", ?", len(names)-1)+")", names...).End("")
		standing := map[any]owners.Standing{}
		if _, err := store.All[struct{}](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (none struct{}, err error) {
			var id ident.UUID
			var email, fact string
			if err = scan(&id, &email, &fact); from.byAddress {
				standing[email] = owners.StandingOf(from.kind, fact)
			} else {
				standing[id] = owners.StandingOf(from.kind, fact)
			}
			return none, err
		}); err != nil {
			return err
		}
		for i := range all {
			if name, ok := all[i].doer(from.byAddress); ok && all[i].kind == from.kind && standing[name] != owners.Unknown {
				all[i].standing = standing[name]
			}
		}
	}
	for i := range all {
		all[i].By, all[i].Person = owners.DoerOf(all[i].kind, all[i].name, all[i].standing)
	}
	return nil
}

// doer is by what a record tells who has done it: the id, or the address of who had a token.
func (h *happening) doer(byAddress bool) (any, bool) {
	if byAddress {
		return owners.AddressOf(h.name), true
	}
	id, err := ident.ParseUUID(h.actor)
	return id, err == nil
}
