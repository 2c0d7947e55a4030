package store

import (
	"strconv"
	"time"

	"chancery/internal/budget"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Refused is a call of a client that was refused with a licence.
type Refused struct {
	License  ident.LicenseID
	At       time.Time
	Reason   int
	ClientID string
	Hostname string
	Version  string
	Address  string
}

// KeptRefusals is how many of the last refusals are kept of a licence: of each
// client and reason the newest.
const KeptRefusals = 20

// refusals tells which refusals are kept, so that a crowd of refused calls costs the
// writer next to nothing: of a client with a licence one a minute, and of a licence
// as many as are kept.
type refusals struct{ ofClient, ofLicense *budget.Budget }

func newRefusals(clock ident.Clock) (r refusals, err error) {
	if r.ofClient, err = budget.New(budget.Config{Clock: clock, Burst: 1, Every: time.Minute}); err != nil {
		return r, err
	}
	r.ofLicense, err = budget.New(budget.Config{Clock: clock, Burst: KeptRefusals, Every: time.Minute / KeptRefusals})
	return r, err
}

// keep reports whether a refusal is to be kept.
func (r refusals) keep(of Refused) bool {
	license := strconv.FormatInt(int64(of.License), 10)
	return r.ofClient.Spend(r.ofClient.Subject(license, strconv.Itoa(of.Reason), of.ClientID)) == nil &&
		r.ofLicense.Spend(r.ofLicense.Subject(license)) == nil
}

// NoteRefused keeps who was refused last with a licence, in the transaction of the
// refusal. It is one statement, and waits for nothing.
func (db *DB) NoteRefused(t tx.Tx, v ident.VendorID, r Refused) error {
	if !db.refusals.keep(r) {
		return nil
	}
	return On(t).Later(`INSERT INTO last_refusals (vendor_id, license_id, slot, at, day, reason, client_id, hostname, software_version, address)
		VALUES ($1, $2, COALESCE(
				(SELECT slot FROM last_refusals WHERE vendor_id = $1 AND license_id = $2 AND client_id = $3 AND reason = $4),
				(SELECT CASE WHEN COUNT(*) < $5 THEN COALESCE(MAX(slot), 0) + 1 END FROM last_refusals WHERE vendor_id = $1 AND license_id = $2),
				(SELECT slot FROM last_refusals WHERE vendor_id = $1 AND license_id = $2 ORDER BY at, slot LIMIT 1)),
			$6, $7, $4, $3, $8, $9, $10)
		ON CONFLICT (vendor_id, license_id, slot) DO UPDATE SET at = excluded.at, day = excluded.day, reason = excluded.reason,
			client_id = excluded.client_id, hostname = excluded.hostname, software_version = excluded.software_version, address = excluded.address`,
		v, r.License, r.ClientID, r.Reason, KeptRefusals, r.At.UnixMilli(), r.At.Unix()/86_400, r.Hostname, r.Version, r.Address)
}
