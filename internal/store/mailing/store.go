package mailing

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/store"
	"chancery/internal/store/identity"
	"chancery/internal/store/owners"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// Store implements mailing.Store and mailing.Queue, and the lists of the API.
type Store struct{ DB *store.DB }

var (
	_ mailing.Store = Store{}
	_ mailing.Queue = Store{}
)

// What is made of the columns of a mail.
//
//nolint:gochecknoglobals // texts, made once
var (
	columns    = store.Selected("m", &row{})
	insertMail = store.InsertInto("mails", &row{})
)

// Vendor implements mailing.Store.
func (Store) Vendor(t tx.Tx, v ident.VendorID) (mailing.Vendor, error) {
	var found mailing.Vendor
	var zone string
	var brand vendors.Branding
	_, err := store.On(t).QueryRow(`SELECT slug, CASE WHEN shown_name <> '' THEN shown_name ELSE name END, zone, support_email, website, support_text,
		accent_light, logo, `+vendorstore.LinksHost+` FROM vendors WHERE id = $1`, []any{v},
		&found.Slug, &found.Name, &zone, &found.SupportEmail, &found.Website, &found.SupportText, &found.Accent, &brand.Logo, &found.Host)
	found.LogoWidth, found.LogoHeight = brand.LogoSize(mailing.LogoHeight)
	if found.Zone, _ = time.LoadLocation(zone); found.Zone == nil {
		found.Zone = time.UTC // the zone was known when it was set
	}
	return found, err
}

// speaks is the query for the language in which somebody is written to, by
// identity.EmailArgs and a licence: their own, else their customer's, else that of the licence's
// customer, else the vendor's.
const speaks = `SELECT COALESCE(
	(SELECT NULLIF(u.language, '') FROM users u WHERE u.vendor_id = $1 AND u.email IN ($2, $3) ORDER BY u.id LIMIT 1),
	(` + owners.CustomerLanguage + `),
	(SELECT NULLIF(c.language, '') FROM licenses l JOIN customers c ON c.vendor_id = l.vendor_id AND c.id = l.customer_id
		WHERE l.vendor_id = $1 AND l.uuid = $4),
	(SELECT v.language FROM vendors v WHERE v.id = $1))`

// LanguageOf implements mailing.Store.
func (Store) LanguageOf(t tx.Tx, v ident.VendorID, address string, license ident.UUID) (code string, err error) {
	_, err = store.On(t).QueryRow(speaks, append(identity.EmailArgs(v, address), license), &code)
	return code, err
}

// LanguageFor is LanguageOf outside of a transaction, of no licence.
func (s Store) LanguageFor(ctx context.Context, v ident.VendorID, address string) (code string, err error) {
	_, err = s.DB.QueryRow(ctx, speaks, append(identity.EmailArgs(v, address), ident.UUID{}), &code)
	return code, err
}

// Insert implements mailing.Store.
func (Store) Insert(t tx.Tx, v ident.VendorID, m mailing.Mail) (bool, error) {
	n, err := store.On(t).Exec(insertMail.Text+` ON CONFLICT (vendor_id, once_key) DO NOTHING`, insertMail.Values(v, &row{Mail: m})...)
	return n == 1, err
}

// Get implements mailing.Store.
func (Store) Get(t tx.Tx, v ident.VendorID, id ident.UUID) (mailing.Mail, bool, error) {
	s := store.On(t)
	all, err := store.All[row](s.Query(`SELECT `+columns+` FROM mails m WHERE m.vendor_id = $1 AND m.uuid = $2`+s.Dialect.ForUpdate(), v, id))(scan)
	if err != nil || len(all) == 0 {
		return mailing.Mail{}, false, err
	}
	return all[0].Mail, true, nil
}

// Queue implements mailing.Store.
func (Store) Queue(t tx.Tx, v ident.VendorID, id ident.UUID, giveUp time.Time) error {
	_, err := store.On(t).Exec(`UPDATE mails SET state = 'queued', attempts = 0, next_attempt_at = $1, give_up_at = $2
		WHERE vendor_id = $3 AND uuid = $4`, t.Now().UnixMilli(), giveUp.UnixMilli(), v, id)
	return err
}

// Template implements mailing.Store.
func (Store) Template(t tx.Tx, v ident.VendorID, k mailing.Kind, language string) (mailing.Template, bool, error) {
	p := mailing.Template{Kind: k, Language: language}
	var updated int64
	found, err := store.On(t).QueryRow(`SELECT subject, body_text, body_html, updated_at FROM mail_templates
		WHERE vendor_id = $1 AND kind = $2 AND language = $3`,
		[]any{v, k, language}, &p.Subject, &p.Text, &p.HTML, &updated)
	p.UpdatedAt = store.Instant(updated)
	return p, found, err
}

// SaveTemplate implements mailing.Store.
func (Store) SaveTemplate(t tx.Tx, v ident.VendorID, p mailing.Template) error {
	_, err := store.On(t).Exec(`INSERT INTO mail_templates (vendor_id, kind, language, subject, body_text, body_html, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (vendor_id, kind, language) DO UPDATE SET subject = excluded.subject, body_text = excluded.body_text, body_html = excluded.body_html,
			updated_at = excluded.updated_at`, v, p.Kind, p.Language, p.Subject, p.Text, p.HTML, p.UpdatedAt.UnixMilli())
	return err
}

// DeleteTemplate implements mailing.Store.
func (Store) DeleteTemplate(t tx.Tx, v ident.VendorID, k mailing.Kind, language string) error {
	_, err := store.On(t).Exec(`DELETE FROM mail_templates WHERE vendor_id = $1 AND kind = $2 AND language = $3`, v, k, language)
	return err
}

// Rule implements mailing.Store.
func (Store) Rule(t tx.Tx, v ident.VendorID, k mailing.Kind) (mailing.Rule, bool, error) {
	all, err := store.All[mailing.Rule](store.On(t).Query(selectRule+` AND kind = $2`, v, k))(scanRule)
	if err != nil || len(all) == 0 {
		return mailing.Rule{}, false, err
	}
	return all[0], true, nil
}

// SaveRule implements mailing.Store.
func (Store) SaveRule(t tx.Tx, v ident.VendorID, r mailing.Rule) error {
	_, err := store.On(t).Exec(`INSERT INTO mail_rules (vendor_id, kind, is_on, to_customer, staff, days) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (vendor_id, kind) DO UPDATE SET is_on = excluded.is_on, to_customer = excluded.to_customer, staff = excluded.staff, days = excluded.days`,
		v, r.Kind, store.Bit(r.IsOn), store.Bit(r.ToCustomer), strings.Join(r.Staff, "\n"), r.Days)
	return err
}

const selectRule = `SELECT kind, is_on, to_customer, staff, days FROM mail_rules WHERE vendor_id = $1`

func scanRule(scan store.Scan) (mailing.Rule, error) {
	var r mailing.Rule
	var on, customer int
	var staff string
	err := scan(&r.Kind, &on, &customer, &staff, &r.Days)
	r.IsOn, r.ToCustomer, r.Staff = on == 1, customer == 1, strings.Fields(staff)
	return r, err
}

type row struct {
	mailing.Mail

	id int64
}

func scan(scan store.Scan) (row, error) {
	var r row
	err := scan(store.Dest(&r)...)
	return r, err
}

// Columns implements store.Record; instants are scanned by what they are.
func (r *row) Columns(c *store.Columns) {
	m := &r.Mail
	c.Read("id", &r.id)
	c.Fixed("uuid", m.UUID, &m.UUID)
	c.Fixed("kind", m.Kind, &m.Kind)
	c.Fixed("license", m.License, &m.License)
	c.Fixed("recipient", m.To, &m.To)
	c.Fixed("once_key", m.Key, &m.Key)
	c.Fixed("subject", m.Body.Subject, &m.Body.Subject)
	c.Fixed("body_text", m.Body.Text, &m.Body.Text)
	c.Fixed("body_html", m.Body.HTML, &m.Body.HTML)
	c.Fixed("stop_link", m.StopLink, &m.StopLink)
	c.Fixed("sealed", m.Sealed, &m.Sealed)
	c.Fixed("state", m.State, &m.State)
	c.Fixed("attempts", 0, &m.Attempts)
	c.Fixed("next_attempt_at", m.NextAttemptAt.UnixMilli(), (*instant)(&m.NextAttemptAt))
	c.Fixed("give_up_at", m.GiveUpAt.UnixMilli(), (*instant)(&m.GiveUpAt))
	c.Fixed("error", "", &m.Error)
	c.Fixed("at", m.At.UnixMilli(), (*instant)(&m.At))
	c.Read("sent_at", optional{&m.SentAt})
}

// instant scans Unix milliseconds into a time.
type instant time.Time

// Scan implements sql.Scanner.
func (i *instant) Scan(src any) error {
	var n sql.Null[int64]
	if err := n.Scan(src); err != nil {
		return err
	}
	*i = instant(store.Instant(n.V))
	return nil
}

// optional scans Unix milliseconds, or NULL.
type optional struct{ to **time.Time }

// Scan implements sql.Scanner.
func (o optional) Scan(src any) error {
	var n sql.Null[int64]
	if err := n.Scan(src); err != nil {
		return err
	}
	*o.to = store.OptionalInstant(n)
	return nil
}
