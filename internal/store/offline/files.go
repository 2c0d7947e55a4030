package offline

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/offline"
	"chancery/internal/store"
	"chancery/internal/tx"
)

type fileRow struct {
	f                 offline.File
	activation        []byte
	created, last     int64
	settled           store.OptionalInt
	copied            int64
	license, hostname store.OptionalText
	kept              int64
}

const fileColumns = `f.id, f.uuid, f.license_id, f.activation_uuid, f.client_id, f.kind, f.via, f.actor_kind, f.actor_id, f.actor_name, f.address,
	f.in_hash, f.in_size, f.number, f.out_name, f.out_size, f.serial, f.refused_code, f.refused, f.exceeded, f.is_copy, f.times,
	f.created_at, f.last_at, f.settled_at`

func (r *fileRow) dest() []any {
	f := &r.f
	return []any{
		&f.ID, &f.UUID, &f.License, &r.activation, &f.ClientID, &f.Form, &f.Via, &f.Actor.Kind, &f.Actor.ID, &f.Actor.Name, &f.Actor.Address,
		&f.Hash, &f.Size, &f.Number, &f.Name, &f.OutSize, &f.Serial, &f.Code, &f.Refused, &f.Exceeded, &r.copied, &f.Times,
		&r.created, &r.last, &r.settled,
	}
}

func (r *fileRow) file() offline.File {
	f := r.f
	copy(f.Activation[:], r.activation)
	f.At, f.LastAt, f.SettledAt = store.Instant(r.created), store.Instant(r.last), r.settled.Instant()
	f.Copied, f.IsKept = r.copied == 1, r.kept == 1
	f.LicenseName, f.Hostname = r.license.V, r.hostname.V
	return f
}

// NoteFile implements offline.Store.
func (Store) NoteFile(t tx.Tx, v ident.VendorID, f offline.File) (first bool, content []byte, err error) {
	var activation []byte
	if !f.Activation.IsZero() {
		activation = f.Activation[:]
	}
	a := f.Actor
	now := f.At.UnixMilli()
	const anew = `WHEN excluded.kind <> 'request' OR offline_files.content IS NULL OR offline_files.content = $25 THEN excluded.`
	var times int64
	_, err = store.On(t).QueryRow(`INSERT INTO offline_files (vendor_id, uuid, license_id, activation_uuid, client_id, kind, via, actor_kind, actor_id,
		actor_name, address, in_hash, in_size, number, out_name, out_size, serial, content, refused_code, refused, exceeded, is_copy, times,
		created_at, last_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 1, $23, $24)
		ON CONFLICT (vendor_id, license_id, in_hash, refused_code) DO UPDATE SET times = offline_files.times + 1, last_at = excluded.last_at,
			out_size = CASE `+anew+`out_size ELSE offline_files.out_size END, serial = CASE `+anew+`serial ELSE offline_files.serial END,
			content = CASE `+anew+`content ELSE offline_files.content END
		RETURNING times, content`, []any{
		v, f.UUID, f.License, activation, f.ClientID, f.Form, f.Via, a.Kind, a.ID, a.Name, a.Address,
		f.Hash, f.Size, f.Number, f.Name, f.OutSize, f.Serial, f.Content, f.Code, f.Refused, f.Exceeded, store.Bit(f.Copied), now, now, f.Instead,
	}, &times, &content)
	return times == 1, content, err
}

// Kept implements offline.Store.
func (s Store) Kept(ctx context.Context, v ident.VendorID, license ident.LicenseID, hash string) (content []byte, err error) {
	_, err = s.DB.QueryRow(ctx, `SELECT content FROM offline_files WHERE vendor_id = $1 AND license_id = $2 AND in_hash = $3 AND refused_code = ''`,
		[]any{v, license, hash}, &content)
	return content, err
}

// ForgetRefused implements offline.Store.
func (Store) ForgetRefused(t tx.Tx, v ident.VendorID, license ident.LicenseID, keep int) error {
	_, err := store.On(t).Exec(`DELETE FROM offline_files WHERE vendor_id = $1 AND license_id = $2 AND refused_code <> '' AND id <=
		(SELECT id FROM offline_files WHERE vendor_id = $3 AND license_id = $4 AND refused_code <> '' ORDER BY id DESC LIMIT 1 OFFSET $5)`,
		v, license, v, license, keep)
	return err
}

// trimmed is how many rows go at once of what is above a bound; more than one is above it
// only where the bound was lowered.
const trimmed = 50

// ForgetAnswered implements offline.Store: what staff have yet to see is bounded apart, so
// that no number of other files hides it.
func (Store) ForgetAnswered(t tx.Tx, v ident.VendorID, activation ident.UUID, keep int) error {
	for _, of := range []string{`exceeded > 0 AND settled_at IS NULL`, `(exceeded = 0 OR settled_at IS NOT NULL)`} {
		if _, err := store.On(t).Exec(`DELETE FROM offline_files WHERE vendor_id = $1 AND id IN (SELECT id FROM offline_files
			WHERE vendor_id = $2 AND activation_uuid = $3 AND refused_code = '' AND `+of+` ORDER BY id DESC LIMIT $4 OFFSET $5)`,
			v, v, activation, trimmed, keep); err != nil {
			return err
		}
	}
	return nil
}

// ForgetContentsOf implements offline.Store.
func (Store) ForgetContentsOf(t tx.Tx, v ident.VendorID, license ident.LicenseID, keep int) error {
	_, err := store.On(t).Exec(`UPDATE offline_files SET content = NULL WHERE vendor_id = $1 AND id IN (SELECT id FROM offline_files
		WHERE vendor_id = $2 AND license_id = $3 AND content IS NOT NULL ORDER BY last_at DESC, id DESC LIMIT $4 OFFSET $5)`,
		v, v, license, trimmed, keep)
	return err
}

// File implements offline.Store.
func (Store) File(t tx.Tx, v ident.VendorID, id ident.UUID) (offline.File, bool, error) {
	var r fileRow
	found, err := store.On(t).QueryRow(`SELECT `+fileColumns+`, f.content FROM offline_files f WHERE f.vendor_id = $1 AND f.uuid = $2`,
		[]any{v, id}, append(r.dest(), &r.f.Content)...)
	return r.file(), found, err
}

// SettleFile implements offline.Store.
func (Store) SettleFile(t tx.Tx, v ident.VendorID, id int64, now time.Time) error {
	_, err := store.On(t).Exec(`UPDATE offline_files SET settled_at = $1 WHERE vendor_id = $2 AND id = $3 AND settled_at IS NULL`, now.UnixMilli(), v, id)
	return err
}

// Files gives the files of a licence, the newest first, without their contents.
func (s Store) Files(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[offline.File], error) {
	q := store.Select(`SELECT `+fileColumns+`, CASE WHEN f.content IS NULL THEN 0 ELSE 1 END, NULL, NULL FROM offline_files f WHERE f.vendor_id =`, v)
	q.And("f.license_id = ?", license)
	return s.page(ctx, q, r)
}

// Exceeding gives the files that brought a licence over its limit, and that staff have not
// seen yet, the newest first.
func (s Store) Exceeding(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[offline.File], error) {
	q := store.Select(`SELECT `+fileColumns+`, 0, l.name, a.hostname, l.uuid FROM offline_files f
		JOIN licenses l ON l.vendor_id = f.vendor_id AND l.id = f.license_id
		LEFT JOIN activations a ON a.vendor_id = f.vendor_id AND a.uuid = f.activation_uuid WHERE f.vendor_id =`, v)
	q.And("f.exceeded > 0 AND f.settled_at IS NULL")
	return s.page(ctx, q, r, func(f *offline.File) any { return &f.LicenseUUID })
}

func (s Store) page(
	ctx context.Context, q *store.Selection, r listing.Request, more ...func(*offline.File) any,
) (listing.Page[offline.File], error) {
	sqltext, args := q.Page(r, store.Column{Name: "f.id"}, "f.id")
	rows, err := store.All[offline.File](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (offline.File, error) {
		var r fileRow
		dest := append(r.dest(), &r.kept, &r.license, &r.hostname)
		for _, m := range more {
			dest = append(dest, m(&r.f))
		}
		err := scan(dest...)
		return r.file(), err
	})
	return listing.Cut(r, rows, func(f offline.File) listing.Mark { return r.Mark(f.ID) }), err
}

// ForgetContents forgets the bytes of files that were last handed out before an instant, in
// portions, and tells how many.
func (s Store) ForgetContents(ctx context.Context, before time.Time) (total int, err error) {
	const portion = 500
	vendors, err := store.All[int64](s.DB.Query(ctx, `SELECT id FROM vendors ORDER BY id`))(func(scan store.Scan) (id int64, err error) {
		err = scan(&id)
		return id, err
	})
	if err != nil {
		return 0, err
	}
	for _, vendor := range vendors {
		for n := int64(portion); n == portion; total += int(n) {
			if err := tx.Paced(ctx, func(ctx context.Context) error {
				return s.DB.Run(ctx, func(t tx.Tx) (err error) {
					n, err = store.On(t).Exec(`UPDATE offline_files SET content = NULL WHERE vendor_id = $1 AND id IN
						(SELECT id FROM offline_files WHERE vendor_id = $2 AND content IS NOT NULL AND last_at < $3 LIMIT $4)`,
						vendor, vendor, before.UnixMilli(), portion)
					return err
				})
			}); err != nil {
				return total, err
			}
		}
	}
	return total, nil
}
