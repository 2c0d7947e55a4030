package licensing

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/refusal"
)

// CopyOf says that a new key pair came under the client id of a device whose file is in
// force: a second machine until shown otherwise.
type CopyOf struct {
	Activation ident.UUID
	License    ident.LicenseID
	Room       bool // the licence has a free place
}

// CopyVerdict says what becomes of such a machine.
type CopyVerdict string

// The verdicts.
const (
	CopyTakesPlace CopyVerdict = "takes_place" // a free one, as a device of its own
	CopyWaits      CopyVerdict = "waits"       // the first one counts as deleted by its owner: its place is free when its file ends
	CopyAsksVendor CopyVerdict = "asks_vendor" // the same, and its file has no end: the vendor says when
	CopyRefused    CopyVerdict = "refused"     // its owner may delete no more
)

// JudgeCopy decides, by docs/rules/provisioning.md, rule 17, what becomes of a second
// machine: by whether there is a free place, and else by what came of deleting the first.
func JudgeCopy(room bool, deletion Deactivation) CopyVerdict {
	switch {
	case room:
		return CopyTakesPlace
	case deletion.Refused != "" || deletion.Waiting == 0:
		return CopyRefused
	case deletion.DueAt.IsZero():
		return CopyAsksVendor
	}
	return CopyWaits
}

// RefuseCopy says it to who brings the request of a machine that has no place yet.
func RefuseCopy(v CopyVerdict, due time.Time) *refusal.Refusal {
	r := refusal.Refuse(refusal.MayNotUnassign)
	switch v {
	case CopyWaits:
		r.Message = "A licence file of another device under this name is in force until " + calendar.DayOf(due, time.UTC).Text() + "."
		r.Help = "Its place is free then, and counts as a deactivation: bring this file again, or ask your vendor to free it earlier."
	case CopyAsksVendor:
		r.Message = "A licence file of another device under this name is in force, so the vendor is asked to free its place."
		r.Help = "Bring this file again when the vendor has decided."
	case CopyRefused:
		r.Message = "A licence file of another device under this name is in force, and the licence has no place and no deactivation left."
		r.Help = "Ask your vendor to release that device, or to allow more."
	case CopyTakesPlace:
	}
	return r
}
