package access

import (
	"context"
	"time"

	"chancery/internal/access"
	"chancery/internal/ident"
	"chancery/internal/store"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/tx"
)

// forgottenAtOnce is how many rows of each kind one transaction forgets: nobody
// else writes meanwhile. The work comes again before as many more have run out.
const forgottenAtOnce = 1000

// Sessions implements access.SessionStore, and lists a user's sessions.
type Sessions struct{ DB *store.DB }

var _ access.SessionStore = Sessions{}

// What is made of the columns of a session.
//
//nolint:gochecknoglobals // texts, made once
var (
	sessionColumns = store.Selected("s", &sessionRow{})
	insertSession  = store.InsertInto("user_sessions", &sessionRow{})
	selectSignedIn = `SELECT ` + sessionColumns + `, ` + identitystore.UserColumns + `, s.vendor_id, v.uuid
		FROM user_sessions s JOIN vendors v ON v.id = s.vendor_id
		JOIN users u ON u.vendor_id = s.vendor_id AND u.id = s.user_id` + identitystore.JoinRole + ` WHERE s.token_hash = $1`
)

// Insert implements access.SessionStore.
func (Sessions) Insert(t tx.Tx, vendor ident.VendorID, s access.Session, hash [32]byte, old, idle time.Time) (ident.SessionID, error) {
	on := store.On(t)
	if _, err := on.Exec(`DELETE FROM user_sessions WHERE vendor_id = $1 AND user_id = $2 AND (created_at < $3 OR last_used_at < $4)`,
		vendor, s.Person.ID, old.UnixMilli(), idle.UnixMilli()); err != nil {
		return 0, err
	}
	id, err := on.Insert(insertSession.Text+` RETURNING id`, insertSession.Values(vendor, &sessionRow{s: s, hash: hash[:]})...)
	return ident.SessionID(id), err
}

// ByHash implements access.SessionStore.
func (d Sessions) ByHash(ctx context.Context, hash [32]byte) (s access.Session, vendor ident.VendorID, vendorUUID ident.UUID, found bool, err error) {
	var number int64
	var row sessionRow
	var user identitystore.UserRow
	found, err = d.DB.QueryRow(ctx, selectSignedIn, []any{hash[:]}, append(store.Dest(&row, &user), &number, &vendorUUID)...)
	if err != nil || !found {
		return access.Session{}, ident.VendorID{}, ident.UUID{}, false, err
	}
	s = row.session()
	s.Person = personOf(&user)
	return s, ident.VendorOf(number), vendorUUID, true, nil
}

// Touch implements access.SessionStore.
func (Sessions) Touch(t tx.Tx, vendor ident.VendorID, id ident.SessionID, at time.Time) error {
	_, err := store.On(t).Exec(`UPDATE user_sessions SET last_used_at = $1 WHERE vendor_id = $2 AND id = $3 AND last_used_at < $1`,
		at.UnixMilli(), vendor, id)
	return err
}

// End implements access.SessionStore.
func (Sessions) End(t tx.Tx, vendor ident.VendorID, hash [32]byte) error {
	_, err := store.On(t).Exec(`DELETE FROM user_sessions WHERE token_hash = $1 AND vendor_id = $2`, hash[:], vendor)
	return err
}

// EndOne implements access.SessionStore.
func (Sessions) EndOne(t tx.Tx, vendor ident.VendorID, user ident.UserID, uuid ident.UUID) (ended bool, err error) {
	n, err := store.On(t).Exec(`DELETE FROM user_sessions WHERE vendor_id = $1 AND uuid = $2 AND user_id = $3`, vendor, uuid, user)
	return n == 1, err
}

// EndOthers implements access.SessionStore.
func (Sessions) EndOthers(t tx.Tx, vendor ident.VendorID, user ident.UserID, but ident.SessionID) error {
	_, err := store.On(t).Exec(`DELETE FROM user_sessions WHERE vendor_id = $1 AND user_id = $2 AND id <> $3`, vendor, user, but)
	return err
}

// Forget implements access.SessionStore.
func (Sessions) Forget(t tx.Tx, old, idle time.Time) error {
	_, err := store.On(t).Exec(`DELETE FROM user_sessions WHERE id IN (SELECT id FROM user_sessions WHERE created_at < $1 OR last_used_at < $2 LIMIT $3)`,
		old.UnixMilli(), idle.UnixMilli(), forgottenAtOnce)
	return err
}

// Of lists a user's sessions that are alive at an instant, the newest first. Their Person is not filled in.
func (d Sessions) Of(ctx context.Context, vendor ident.VendorID, user ident.UserID, at time.Time) ([]access.Session, error) {
	return store.All[access.Session](d.DB.Query(ctx, `SELECT `+sessionColumns+` FROM user_sessions s
		WHERE s.vendor_id = $1 AND s.user_id = $2 AND s.created_at > $3 AND s.last_used_at > $4 ORDER BY s.id DESC`,
		vendor, user, at.Add(-access.MaxAge).UnixMilli(), at.Add(-access.MaxIdle).UnixMilli()))(
		func(scan store.Scan) (access.Session, error) {
			var row sessionRow
			err := scan(store.Dest(&row)...)
			return row.session(), err
		})
}

// sessionRow is one row as it comes.
type sessionRow struct {
	s             access.Session
	created, used int64
	second        store.OptionalInt
	hash          []byte // of the token, to be written
}

// Columns implements store.Record.
func (r *sessionRow) Columns(c *store.Columns) {
	s := &r.s
	c.Read("id", &s.ID)
	c.Fixed("uuid", s.UUID, &s.UUID)
	c.Fixed("user_id", s.Person.ID, nil)
	c.Fixed("token_hash", r.hash, nil)
	c.Fixed("created_at", store.Millis(s.CreatedAt), &r.created)
	c.Fixed("last_used_at", store.Millis(s.LastUsedAt), &r.used)
	c.Fixed("address", s.Address, &s.Address)
	c.Fixed("user_agent", s.UserAgent, &s.UserAgent)
	c.Fixed("face", string(s.Face), &s.Face)
	c.Fixed("method", string(s.Method), &s.Method)
	c.Fixed("second_factor", store.Bit(s.SecondFactor), &r.second)
}

func (r *sessionRow) session() access.Session {
	r.s.CreatedAt, r.s.LastUsedAt, r.s.SecondFactor = store.Instant(r.created), store.Instant(r.used), r.second.V == 1
	return r.s
}
