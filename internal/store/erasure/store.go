package erasure

import (
	"context"

	"chancery/internal/entry"
	"chancery/internal/erasure"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
	auditstore "chancery/internal/store/audit"
	"chancery/internal/tx"
)

// Store keeps erasures; it implements erasure.Store.
type Store struct {
	DB    *store.DB
	Audit auditstore.Store
}

var _ erasure.Store = Store{}

const erasureColumns = `e.id, e.vendor_id, e.uuid, e.kind, e.subject_id, e.stage, e.after_key, e.rows_erased, e.started_at, COALESCE(e.finished_at, 0)`

func scanErasure(scan store.Scan) (e erasure.Erasure, err error) {
	var vendor, started, finished int64
	err = scan(&e.ID, &vendor, &e.UUID, &e.Kind, &e.Subject, &e.Stage, &e.After, &e.Rows, &started, &finished)
	e.Vendor, e.StartedAt = ident.VendorOf(vendor), store.Instant(started)
	if finished != 0 {
		e.FinishedAt = store.Instant(finished)
	}
	return e, err
}

// Insert implements erasure.Store.
func (Store) Insert(t tx.Tx, e erasure.Erasure) (int64, error) {
	var subject any
	if !e.Subject.IsZero() {
		subject = e.Subject
	}
	return store.On(t).Insert(`INSERT INTO erasures (vendor_id, uuid, kind, subject_id, stage, after_key, rows_erased, started_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`, e.Vendor, e.UUID, e.Kind, subject, e.Stage, e.After, e.Rows, e.StartedAt.UnixMilli())
}

// Save implements erasure.Store.
func (Store) Save(t tx.Tx, from, to erasure.Erasure) (bool, error) {
	n, err := store.On(t).Exec(`UPDATE erasures SET stage = $1, after_key = $2, rows_erased = $3, finished_at = $4
		WHERE vendor_id = $5 AND id = $6 AND stage = $7 AND after_key = $8 AND finished_at IS NULL`,
		to.Stage, to.After, to.Rows, store.Millis(to.FinishedAt), from.Vendor, from.ID, from.Stage, from.After)
	return n == 1, err
}

// Running implements erasure.Store.
func (s Store) Running(ctx context.Context, after int64) (erasure.Erasure, bool, error) {
	all, err := store.All[erasure.Erasure](s.DB.Query(ctx, `SELECT `+erasureColumns+` FROM erasures e
		WHERE e.finished_at IS NULL AND e.id > $1 ORDER BY e.id LIMIT 1`, after))(scanErasure)
	if err != nil || len(all) == 0 {
		return erasure.Erasure{}, false, err
	}
	return all[0], true, nil
}

// List lists a vendor's erasures, the newest first.
func (s Store) List(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[erasure.Erasure], error) {
	sqltext, args := store.Select(`SELECT `+erasureColumns+` FROM erasures e WHERE e.vendor_id =`, v).Page(r, store.Column{Name: "e.id"}, "e.id")
	items, err := store.All[erasure.Erasure](s.DB.Query(ctx, sqltext, args...))(scanErasure)
	return listing.Cut(r, items, func(e erasure.Erasure) listing.Mark { return r.Mark(e.ID) }), err
}

// ByUUID reads one. Missing is erasure_not_found.
func (s Store) ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (erasure.Erasure, error) {
	all, err := store.All[erasure.Erasure](s.DB.Query(ctx, `SELECT `+erasureColumns+` FROM erasures e 
		WHERE e.vendor_id = $1 AND e.uuid = $2`, v, id))(scanErasure)
	if err == nil && len(all) == 0 {
		err = fault.Missing("erasure")
	}
	if err != nil {
		return erasure.Erasure{}, err
	}
	return all[0], nil
}

// AddWords implements erasure.Store.
func (Store) AddWords(t tx.Tx, e erasure.Erasure, words []string) error {
	for _, word := range words {
		if word == "" || word == erasure.Mark {
			continue
		}
		if err := store.On(t).Later(`INSERT INTO erasure_words (vendor_id, erasure_id, word) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			e.Vendor, e.ID, word); err != nil {
			return err
		}
	}
	return nil
}

// Words implements erasure.Store.
func (s Store) Words(ctx context.Context, e erasure.Erasure) ([]string, error) {
	return store.All[string](s.DB.Query(ctx, `SELECT word FROM erasure_words WHERE vendor_id = $1 AND erasure_id = $2`, e.Vendor, e.ID))(
		func(scan store.Scan) (word string, err error) { err = scan(&word); return word, err })
}

// IDs implements erasure.Store.
func (s Store) IDs(ctx context.Context, e erasure.Erasure) ([]string, error) {
	ids, err := store.All[string](s.DB.Query(ctx, `SELECT license FROM erasure_licenses WHERE vendor_id = $1 AND erasure_id = $2`, e.Vendor, e.ID))(
		func(scan store.Scan) (string, error) {
			var id ident.UUID
			err := scan(&id)
			return id.String(), err
		})
	if !e.Subject.IsZero() {
		ids = append(ids, e.Subject.String())
	}
	return ids, err
}

// forgotten is how many rows one statement forgets.
const forgotten = 200

// Forget implements erasure.Store.
func (Store) Forget(t tx.Tx, e erasure.Erasure) (more bool, err error) {
	for _, part := range [][2]string{{"erasure_words", "word"}, {"erasure_licenses", "license_id"}} {
		for more = true; more; {
			n, err := store.On(t).Exec(`DELETE FROM `+part[0]+` WHERE vendor_id = $1 AND erasure_id = $2 AND `+part[1]+` IN
				(SELECT `+part[1]+` FROM `+part[0]+` WHERE vendor_id = $1 AND erasure_id = $2 LIMIT $3)`, e.Vendor, e.ID, forgotten)
			if err != nil {
				return false, err
			}
			if more = n == forgotten; more && t.Spent() {
				return true, nil
			}
		}
	}
	return false, nil
}

// Uses implements erasure.Store.
func (Store) Uses(t tx.Tx, v ident.VendorID, k erasure.Kind, subject ident.UUID, email string) (u erasure.Uses, err error) {
	q := store.On(t)
	kept, wire := entry.Forms(email)
	licenses, args := ``, []any{v, subject}
	switch k {
	case erasure.Customer:
		licenses = `l.customer_id = (SELECT id FROM customers WHERE vendor_id = $1 AND uuid = $2)`
	case erasure.Licensee:
		licenses, args = `l.licensee_email IN ($2, $3)`, []any{v, kept, wire}
		var staff int64
		if _, err := q.QueryRow(`SELECT (SELECT COUNT(*) FROM users WHERE vendor_id = $1 AND email IN ($2, $3) AND role <> ''),
			(SELECT COUNT(*) FROM subscriptions WHERE vendor_id = $1 AND LOWER(target) IN ($2, $3) AND ended_at IS NULL)
			+ (SELECT COUNT(*) FROM mail_rules WHERE vendor_id = $1 AND REPLACE(REPLACE(LOWER(staff), $4, ''), $5, '') <> LOWER(staff))`,
			[]any{v, kept, wire, `"` + kept + `"`, `"` + wire + `"`}, &staff, &u.Recipients); err != nil {
			return u, err
		}
		u.Staff = staff > 0
	case erasure.User:
		return u, nil
	}
	_, err = q.QueryRow(`SELECT COALESCE(CAST(SUM(l.regular_used + CASE WHEN l.month_ends_at IS NULL THEN l.goodwill_used ELSE 0 END) AS BIGINT), 0),
		COALESCE(CAST(SUM(COALESCE(c.open_count, 0)) AS BIGINT), 0) FROM licenses l
		LEFT JOIN session_counters c ON c.vendor_id = l.vendor_id AND c.license_id = l.id
		WHERE l.vendor_id = $1 AND `+licenses, args, &u.Devices, &u.Sessions)
	return u, err
}

// EraseCustomer implements erasure.Store.
func (Store) EraseCustomer(t tx.Tx, v ident.VendorID, customer ident.UUID) (name, email string, found bool, err error) {
	q := store.On(t)
	var number string
	found, err = q.QueryRow(`SELECT company_name, email, customer_number FROM customers WHERE vendor_id = $1 AND uuid = $2`+q.Dialect.ForUpdate(),
		[]any{v, customer}, &name, &email, &number)
	if err != nil || !found {
		return "", "", false, err
	}
	erased := "Erased customer " + number
	if name == erased {
		name = ""
	}
	for _, table := range []string{"customer_words", "licensee_moves"} {
		if err := q.Later(`DELETE FROM `+table+` WHERE vendor_id = $1 AND customer_id = (SELECT id FROM customers WHERE vendor_id = $1 AND uuid = $2)`,
			v, customer); err != nil {
			return "", "", false, err
		}
	}
	return name, email, true, q.Later(`UPDATE customers SET company_name = $1, name_folded = $2, email = '', updated_at = $3
		WHERE vendor_id = $4 AND uuid = $5`, erased, listing.Fold(erased), t.Now().UnixMilli(), v, customer)
}

// EraseLicensee implements erasure.Store. What is theirs goes with the row.
func (Store) EraseLicensee(t tx.Tx, v ident.VendorID, email string) (name string, err error) {
	return dropLicensee(store.On(t), v, email)
}

func dropLicensee(q *store.Tx, v ident.VendorID, email string) (name string, err error) {
	kept, wire := entry.Forms(email)
	found, err := q.QueryRow(`SELECT name FROM users WHERE vendor_id = $1 AND email IN ($2, $3) AND role = ''`, []any{v, kept, wire}, &name)
	if err != nil || !found {
		return "", err
	}
	return name, q.Later(`DELETE FROM users WHERE vendor_id = $1 AND email IN ($2, $3) AND role = ''`, v, kept, wire)
}

// Spoken implements erasure.Store.
func (s Store) Spoken(
	ctx context.Context, v ident.VendorID, subject ident.UUID, license ident.LicenseID, after int64, limit int,
) (texts []string, last int64, err error) {
	where, of := `a.license_id = $2`, any(license)
	if license == 0 {
		where, of = `a.subject_id = $2 AND a.license_id IS NULL`, subject
	}
	rows, err := s.DB.Query(ctx, `SELECT a.id, COALESCE(a.before_value, ''), COALESCE(a.after_value, '') FROM audit_log a
		WHERE a.vendor_id = $1 AND `+where+` AND a.id > $3 ORDER BY a.id LIMIT $4`, v, of, after, limit)
	_, err = store.All[int64](rows, err)(func(scan store.Scan) (int64, error) {
		var pair [2]string
		err := scan(&last, &pair[0], &pair[1])
		texts = append(texts, pair[0], pair[1])
		return 0, err
	})
	return texts, last, err
}

// LicensesAfter implements erasure.Store.
func (s Store) LicensesAfter(ctx context.Context, e erasure.Erasure, email string, after int64, limit int) ([]ident.LicenseID, error) {
	where, args := `customer_id = (SELECT id FROM customers WHERE vendor_id = $1 AND uuid = $4)`, []any{e.Vendor, after, limit, e.Subject}
	switch e.Kind {
	case erasure.Licensee:
		kept, wire := entry.Forms(email)
		where, args = `licensee_email IN ($4, $5)`, []any{e.Vendor, after, limit, kept, wire}
	case erasure.User:
		return nil, nil
	case erasure.Customer:
	}
	return store.All[ident.LicenseID](s.DB.Query(ctx, `SELECT id FROM licenses WHERE vendor_id = $1 AND `+where+` AND id > $2
		ORDER BY id LIMIT $3`, args...))(func(scan store.Scan) (id ident.LicenseID, err error) { return id, scan(&id) })
}

// EraseLicense implements erasure.Store.
func (Store) EraseLicense(t tx.Tx, e erasure.Erasure, id ident.LicenseID) (licensee, name string, err error) {
	q := store.On(t)
	var uuid ident.UUID
	found, err := q.QueryRow(`SELECT uuid, licensee_email FROM licenses WHERE vendor_id = $1 AND id = $2`+q.Dialect.ForUpdate(),
		[]any{e.Vendor, id}, &uuid, &licensee)
	if err != nil || !found {
		return "", "", err
	}
	if err := q.Later(`INSERT INTO erasure_licenses (vendor_id, erasure_id, license_id, license) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		e.Vendor, e.ID, id, uuid); err != nil {
		return "", "", err
	}
	if err := q.Later(`DELETE FROM license_words WHERE vendor_id = $1 AND license_id = $2`, e.Vendor, id); err != nil {
		return "", "", err
	}
	if err := q.Later(`UPDATE licenses SET name = '', name_folded = '', licensee_email = '', revision = revision + 1, updated_at = $1
		WHERE vendor_id = $2 AND id = $3`, t.Now().UnixMilli(), e.Vendor, id); err != nil {
		return "", "", err
	}
	// Who has no licence any more does not sign in for one.
	var one int
	kept, err := q.QueryRow(`SELECT 1 FROM licenses WHERE vendor_id = $1 AND licensee_email = $2 LIMIT 1`, []any{e.Vendor, licensee}, &one)
	if err != nil || kept {
		return licensee, "", err
	}
	name, err = dropLicensee(q, e.Vendor, licensee)
	return licensee, name, err
}

// past are the past activations of the licences of an erasure.
const past = ` FROM erasure_licenses l JOIN activations a ON a.vendor_id = l.vendor_id AND a.license_id = l.license_id AND a.released_at IS NOT NULL
	JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id WHERE l.vendor_id = $1 AND l.erasure_id = $2 AND `

// MachinesAfter implements erasure.Store.
func (s Store) MachinesAfter(ctx context.Context, e erasure.Erasure, after int64, limit int) ([]int64, error) {
	return s.ids(ctx, `SELECT DISTINCT d.id`+past+`d.id > $3 ORDER BY d.id LIMIT $4`, e, after, limit)
}

// NamedAfter implements erasure.Store.
func (s Store) NamedAfter(ctx context.Context, e erasure.Erasure, after int64, limit int) ([]int64, error) {
	return s.ids(ctx, `SELECT a.id`+past+`a.client_id <> d.number AND a.id > $3 ORDER BY a.id LIMIT $4`, e, after, limit)
}

func (s Store) ids(ctx context.Context, sqltext string, e erasure.Erasure, after int64, limit int) ([]int64, error) {
	return store.All[int64](s.DB.Query(ctx, sqltext, e.Vendor, e.ID, after, limit))(
		func(scan store.Scan) (id int64, err error) { err = scan(&id); return id, err })
}

// EraseMachine implements erasure.Store.
func (Store) EraseMachine(t tx.Tx, e erasure.Erasure, device int64) error {
	q := store.On(t)
	var uuid ident.UUID
	found, err := q.QueryRow(`SELECT uuid FROM devices WHERE vendor_id = $1 AND id = $2`+q.Dialect.ForUpdate(), []any{e.Vendor, device}, &uuid)
	if err != nil || !found {
		return err
	}
	var one int
	shared, err := q.QueryRow(`SELECT 1 FROM activations a WHERE a.vendor_id = $1 AND a.device_id = $2 AND (a.released_at IS NULL OR NOT EXISTS
		(SELECT 1 FROM erasure_licenses l WHERE l.vendor_id = $1 AND l.erasure_id = $3 AND l.license_id = a.license_id)) LIMIT 1`,
		[]any{e.Vendor, device, e.ID}, &one)
	if err != nil || shared {
		return err
	}
	if err := q.Later(`UPDATE devices SET number = $1 WHERE vendor_id = $2 AND id = $3`, "erased-"+uuid.String(), e.Vendor, device); err != nil {
		return err
	}
	return q.Later(`DELETE FROM analytical_values WHERE vendor_id = $1 AND device_id = $2 AND field_id IN
		(SELECT id FROM analytical_fields WHERE vendor_id = $1 AND is_number = 0)`, e.Vendor, device)
}

// EraseNamed implements erasure.Store.
func (Store) EraseNamed(t tx.Tx, e erasure.Erasure, activation int64) error {
	return store.On(t).Later(`UPDATE activations SET said = 0, client_id = (SELECT d.number FROM devices d
		WHERE d.vendor_id = activations.vendor_id AND d.id = activations.device_id) WHERE vendor_id = $1 AND id = $2 AND released_at IS NOT NULL`,
		e.Vendor, activation)
}
