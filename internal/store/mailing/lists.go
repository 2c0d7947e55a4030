package mailing

import (
	"context"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/store"
)

// List gives the mail log, the newest first. The bodies come too; nothing sealed
// does. State and licence have an index; kind and recipient are looked for within
// a bounded number of rows a page.
func (s Store) List(ctx context.Context, v ident.VendorID, f mailing.Filter, r listing.Request) (listing.Page[mailing.Mail], error) {
	narrow := func(q *store.Selection) *store.Selection {
		if f.State != "" {
			q.And("m.state = ?", f.State)
		}
		if !f.License.IsZero() {
			q.And("m.license = ?", f.License)
		}
		return q
	}
	q := narrow(store.Select(`SELECT `+columns+` FROM mails m WHERE m.vendor_id =`, v))
	var bound store.Search
	if f.Kind != "" || f.To != "" {
		var err error
		looked := narrow(store.Select(`SELECT m.id FROM mails m WHERE m.vendor_id =`, v))
		if bound, err = s.DB.Bound(ctx, looked, "m.id", r, store.SearchDepth); err != nil {
			return listing.Page[mailing.Mail]{}, err
		}
		bound.Within(q, "m.id")
	}
	if f.Kind != "" {
		q.And("m.kind = ?", f.Kind)
	}
	q.Prefix("LOWER(m.recipient)", entry.AddressPrefix(f.To))
	sqltext, args := q.Page(r, store.Column{Name: "m.id"}, "m.id")
	rows, err := store.All[row](s.DB.Query(ctx, sqltext, args...))(scan)
	page := listing.Cut(r, rows, func(x row) listing.Mark { return r.Mark(x.id) })
	mails := make([]mailing.Mail, len(page.Items))
	for i, x := range page.Items {
		x.Sealed = nil
		mails[i] = x.Mail
	}
	return listing.Page[mailing.Mail]{Items: mails, Next: bound.Next(page.Next)}, err
}

// ByUUID reads one mail. Missing is mail_not_found.
func (s Store) ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (mailing.Mail, error) {
	rows, err := store.All[row](s.DB.Query(ctx, `SELECT `+columns+` FROM mails m WHERE m.vendor_id = $1 AND m.uuid = $2`, v, id))(scan)
	if err == nil && len(rows) == 0 {
		err = fault.Missing("mail")
	}
	if err != nil {
		return mailing.Mail{}, err
	}
	rows[0].Sealed = nil
	return rows[0].Mail, nil
}

// Rules gives the rules that the vendor has set, by kind; see mailing.CompleteRules.
func (s Store) Rules(ctx context.Context, v ident.VendorID) (map[mailing.Kind]mailing.Rule, error) {
	all, err := store.All[mailing.Rule](s.DB.Query(ctx, selectRule, v))(scanRule)
	by := map[mailing.Kind]mailing.Rule{}
	for _, r := range all {
		by[r.Kind] = r
	}
	return by, err
}

// Templates gives the vendor's own templates; see mailing.Service.Complete.
func (s Store) Templates(ctx context.Context, v ident.VendorID) ([]mailing.Template, error) {
	return store.All[mailing.Template](s.DB.Query(ctx, `SELECT kind, language, subject, body_text, body_html, updated_at FROM mail_templates
		WHERE vendor_id = $1`, v))(
		func(scan store.Scan) (mailing.Template, error) {
			var p mailing.Template
			err := scan(&p.Kind, &p.Language, &p.Subject, &p.Text, &p.HTML, (*instant)(&p.UpdatedAt))
			return p, err
		})
}
