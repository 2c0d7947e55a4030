package owners

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/store"
)

// historyOf is how many licences and customers together a history merges by the index of each;
// of more it looks at the vendor's log.
const historyOf = 200

const selectHappenings = `SELECT a.id, a.at, a.action, COALESCE(a.license_id, 0), a.subject_id, a.actor_kind, a.actor_id, a.actor_name,
	COALESCE(a.before_value, ''), COALESCE(a.after_value, '') FROM audit_log a WHERE a.vendor_id =`

// happening is a row of the audit log with who did it.
type happening struct {
	owners.Happening

	kind, actor, name string
	standing          owners.Standing
}

func scanHappening(scan store.Scan) (h happening, err error) {
	var at int64
	err = scan(&h.ID, &at, &h.Action, &h.License, &h.Subject, &h.kind, &h.actor, &h.name, &h.Before, &h.After)
	h.At = store.Instant(at)
	return h, err
}

// actions is the condition that a record is one of those; they are constants.
func actions(column string, all []string) string {
	return column + ` IN ('` + strings.Join(all, `', '`) + `')`
}

// History lists what was done to a licence in reach since it is the user's, the newest first.
func (s Store) History(ctx context.Context, r owners.Reach, license ident.UUID, list listing.Request) (listing.Page[owners.Happening], error) {
	l, err := s.ByUUID(ctx, r, license)
	if err != nil {
		return listing.Page[owners.Happening]{}, err
	}
	list.Desc = true
	q := store.Select(selectHappenings, r.Vendor).And("a.license_id = ?", l.ID).And(actions("a.action", owners.ToldOfLicenses()))
	page, began, err := s.happenings(ctx, r, q, list)
	if began {
		page.Next = "" // before that it was somebody else's
	}
	return page, err
}

// HistoryOfCustomers lists what was done to the licences and the people of the customers that
// the user administers, the newest first.
func (s Store) HistoryOfCustomers(ctx context.Context, r owners.Reach, list listing.Request) (listing.Page[owners.Happening], error) {
	var customers []owners.Membership
	for _, m := range r.Customers {
		if m.Manages() {
			customers = append(customers, m)
		}
	}
	if r.User == 0 || len(customers) == 0 {
		return listing.Page[owners.Happening]{}, nil
	}
	list.Desc = true
	held := store.Select(`SELECT l.id FROM licenses l WHERE l.vendor_id =`, r.Vendor)
	of := make([]any, len(customers))
	for i, m := range customers {
		of[i] = m.Customer
	}
	among := ` IN (?` + strings.Repeat(", ?", len(of)-1) + `)`
	sqltext, args := held.And("l.customer_id"+among, of...).End(" LIMIT ?", historyOf+1)
	licenses, err := store.All[int64](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (id int64, err error) { return id, scan(&id) })
	if err != nil {
		return listing.Page[owners.Happening]{}, err
	}
	q := store.Select(selectHappenings, r.Vendor)
	if len(licenses)+len(customers) <= historyOf {
		merged(q, r, licenses, customers, list)
		page, _, err := s.happenings(ctx, r, q, list)
		return page, err
	}
	q.And(actions("a.action", slices.Concat(owners.ToldOfLicenses(), owners.ToldOfPeople())))
	ids := make([]any, len(customers))
	for i, m := range customers {
		ids[i] = m.UUID
	}
	q.And(`(a.license_id IN (SELECT l.id FROM licenses l WHERE l.vendor_id = ? AND l.customer_id`+among+`) OR a.license_id IS NULL AND a.subject_id`+among+`)`,
		slices.Concat([]any{r.Vendor}, of, ids)...)
	search, err := s.DB.Bound(ctx, store.Select(`SELECT a.id FROM audit_log a WHERE a.vendor_id =`, r.Vendor), "a.id", list, store.SearchDepth)
	if err != nil {
		return listing.Page[owners.Happening]{}, err
	}
	search.Within(q, "a.id")
	page, _, err := s.happenings(ctx, r, q, list)
	page.Next = search.Next(page.Next)
	return page, err
}

// merged narrows a selection to the newest records of each licence and customer, each found by
// its own index.
func merged(q *store.Selection, r owners.Reach, licenses []int64, customers []owners.Membership, list listing.Request) {
	var parts []string
	var args []any
	add := func(condition string, value any, told []string) {
		term := `SELECT id FROM audit_log WHERE vendor_id = ? AND ` + condition + ` AND ` + actions("action", told)
		args = append(args, r.Vendor, value)
		if list.After != nil {
			term += ` AND id < ?`
			args = append(args, list.After.ID)
		}
		parts = append(parts, `SELECT id FROM (`+term+` ORDER BY id DESC LIMIT `+strconv.Itoa(list.Limit+1)+`) AS k`+strconv.Itoa(len(parts)))
	}
	for _, id := range licenses {
		add(`license_id = ?`, id, owners.ToldOfLicenses())
	}
	for _, m := range customers {
		add(`license_id IS NULL AND subject_id = ?`, m.UUID, owners.ToldOfPeople())
	}
	q.And("a.id IN ("+strings.Join(parts, " UNION ALL ")+")", args...)
}

// happenings reads a page of records, and leaves out what is not the user's to see; began tells
// that there was such.
func (s Store) happenings(
	ctx context.Context, r owners.Reach, q *store.Selection, list listing.Request,
) (page listing.Page[owners.Happening], began bool, err error) {
	sqltext, args := q.Page(list, store.Column{Name: "a.id"}, "a.id")
	found, err := store.All[happening](s.DB.Query(ctx, sqltext, args...))(scanHappening)
	if err != nil {
		return page, false, err
	}
	rows := listing.Cut(list, found, func(h happening) listing.Mark { return list.Mark(h.ID) })
	own, err := s.own(ctx, r, slices.Clone(rows.Items))
	if err != nil {
		return page, false, err
	}
	if err := s.nameDoers(ctx, r.Vendor, own); err != nil {
		return page, false, err
	}
	if err := s.nameDevices(ctx, r.Vendor, own); err != nil {
		return page, false, err
	}
	page.Next = rows.Next
	for _, h := range own {
		page.Items = append(page.Items, h.Happening)
	}
	return page, len(own) < len(rows.Items), nil
}

// own keeps what has happened to licences since they are in the user's reach: a licence that
// was handed over does not tell of those who had it before.
func (s Store) own(ctx context.Context, r owners.Reach, all []happening) ([]happening, error) {
	if len(all) == 0 {
		return nil, nil
	}
	var ids []ident.LicenseID
	for _, h := range all {
		if h.License != 0 && !slices.Contains(ids, h.License) {
			ids = append(ids, h.License)
		}
	}
	licenses, err := s.Licenses.ByIDs(ctx, r.Vendor, ids...)
	if err != nil {
		return nil, err
	}
	since := map[ident.LicenseID]int64{} // the record by which it came into reach
	for _, id := range ids {
		if licenses[id] == nil {
			continue
		}
		if since[id], err = s.handed(ctx, r, licenses[id], all[len(all)-1].ID); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(h happening) bool {
		return h.License != 0 && (licenses[h.License] == nil || h.ID < since[h.License])
	}), nil
}

// handedAtOnce is how many changes of a licence are looked at in one go for a hand-over.
const handedAtOnce = 100

// handed finds the record by which a licence came into the user's reach, not before one; 0 for
// none. Only changes are read that began with another customer or licensee than it has now.
func (s Store) handed(ctx context.Context, r owners.Reach, l *licensing.License, first int64) (since int64, err error) {
	var texts [2]string
	for i, said := range []map[string]string{{"customer_id": l.Customer.UUID.String()}, {"licensee_email": l.LicenseeEmail}} {
		text, err := json.Marshal(said)
		if err != nil {
			return 0, err
		}
		texts[i] = strings.Trim(string(text), "{}")
	}
	type change struct {
		id      int64
		was, is owners.Holding
	}
	for before := int64(math.MaxInt64); ; {
		found, err := store.All[change](s.DB.Query(ctx, `SELECT id, before_value, after_value FROM audit_log
			WHERE vendor_id = $1 AND license_id = $2 AND id >= $3 AND id < $4 AND action IN ('license.changed', 'license.handed_over')
				AND before_value IS NOT NULL AND after_value IS NOT NULL
				AND (REPLACE(before_value, $5, '') = before_value OR REPLACE(before_value, $6, '') = before_value)
			ORDER BY id DESC LIMIT $7`, r.Vendor, l.ID, first, before, texts[0], texts[1], handedAtOnce))(func(scan store.Scan) (c change, err error) {
			var was, is string
			if err = scan(&c.id, &was, &is); err != nil {
				return c, err
			}
			if json.Unmarshal([]byte(was), &c.was) != nil || json.Unmarshal([]byte(is), &c.is) != nil {
				c.was, c.is = owners.Holding{}, owners.Holding{} // which tells nothing
			}
			return c, nil
		})
		if err != nil {
			return 0, err
		}
		for _, c := range found {
			if r.Handed(Of(l), c.was, c.is) {
				return c.id, nil
			}
			before = c.id
		}
		if len(found) < handedAtOnce {
			return 0, nil
		}
	}
}

// nameDevices says what devices are called that records are about: as they are called now.
func (s Store) nameDevices(ctx context.Context, v ident.VendorID, all []happening) error {
	type device struct {
		license ident.LicenseID // what another one calls it is another's business
		id      ident.UUID
	}
	names := map[device]string{}
	for subject, condition := range map[string]string{"activation.": "a.uuid", "device.": "d.uuid"} {
		var ids []any
		for _, h := range all {
			if strings.HasPrefix(h.Action, subject) && !slices.Contains(ids, any(h.Subject)) {
				ids = append(ids, h.Subject)
			}
		}
		if len(ids) == 0 {
			continue
		}
		found, err := s.Licenses.Among(ctx, v, condition, ids)
		if err != nil {
			return err
		}
		for _, a := range found {
			names[device{a.License, a.UUID}], names[device{a.License, a.Device.UUID}] = a.Called(), a.Called()
		}
	}
	for i := range all {
		all[i].Device = names[device{all[i].License, all[i].Subject}]
	}
	return nil
}
