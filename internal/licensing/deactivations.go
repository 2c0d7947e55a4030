package licensing

import (
	"strconv"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// EventDeactivationsReset is what the audit log calls a count that staff took back.
const EventDeactivationsReset = "license.deactivations_reset"

// tallyView is how the audit log shows what counts.
type tallyView struct {
	Used          int64 `json:"deactivations_used"`
	DashboardUsed int64 `json:"dashboard_deactivations_used"`
}

func (l *License) tallyView() tallyView {
	return tallyView{l.Released.Used(), l.ReleasedInDashboard.Used()}
}

// ResetDeactivations takes back what the licence's owner and its clients have released:
// they have the whole allowance again. Devices that are still to be released go on counting.
func (s *Service) ResetDeactivations(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*License, error) {
	l, err := s.Locked(t, v, id)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, fault.Missing(licenseSubject)
	}
	o, err := s.store.ReleaseOrder(t, v, id)
	if err != nil {
		return nil, err
	}
	all, share, err := s.store.DeletionsWaiting(t, v, id)
	if err != nil {
		return nil, err
	}
	before := l.tallyView()
	l.Released.Forgiven = l.Released.Ever - o.outstanding(CountsTotal) - all
	l.ReleasedInDashboard.Forgiven = l.ReleasedInDashboard.Ever - o.outstanding(CountsDashboard) - share
	after := l.tallyView()
	if after == before {
		return l, nil
	}
	t.Journal(tx.Entry{Vendor: v, Action: EventDeactivationsReset, Subject: licenseSubject, ID: l.UUID, License: l.ID, Before: before, After: after})
	return l, s.store.SaveCounters(t, l)
}

// Err gives the refusal as a fault; nil where it was granted.
func (d Deactivation) Err() error {
	code := string(d.Refused)
	switch d.Refused {
	case "":
		return nil
	case DeactivationNotAgreed:
		return &fault.Error{
			Kind: fault.Forbidden, Code: code, Message: "The licence's agreement does not let access tokens release devices.",
			Help: "Release the device in the licensing dashboard, or ask your vendor to allow it for this licence.",
		}
	case DeviceHasFile:
		return fault.Refused(code, "A licence file of the device is in force, so it would go on.",
			"Ask your vendor to release it, or wait until the file has ended.")
	case ReleaseGoesOn:
		return fault.Refused(code, "Other devices of this licence are still being released.", "Wait a moment, and try again.")
	case DeactivationsUsedUp, DashboardDeactivationsUsedUp:
	}
	where := ""
	if d.Refused == DashboardDeactivationsUsedUp {
		where = " in the dashboard"
	}
	if d.Left == nil || *d.Left == 0 {
		return fault.Refused(code, "All deactivations that the licence allows"+where+" are used up.",
			"Ask your vendor to release the device, or to allow more.")
	}
	return fault.Refused(code, "The licence allows "+strconv.FormatInt(*d.Left, 10)+" more deactivations"+where+", and this would take "+
		strconv.FormatInt(d.Asked, 10)+".", "Choose fewer devices, or ask your vendor to allow more.")
}
