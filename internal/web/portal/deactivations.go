package portal

import (
	"chancery/internal/licensing"
	"chancery/internal/web"
)

// WhyNot says why activations of a licence can't be deleted, and what to do.
func WhyNot(q *web.Request, l *licensing.License, refused licensing.NotDeactivated) string {
	d, vendor := l.Deactivations(), q.Vendor.Name
	left := d.Left(licensing.ByDashboard)
	switch refused {
	case licensing.DeactivationsUsedUp, licensing.DashboardDeactivationsUsedUp:
		if left != nil && *left > 0 {
			return q.T("You can delete %d more and not that many. Tick fewer, or ask %s.", *left, vendor)
		}
	case licensing.DeviceHasFile, licensing.ReleaseGoesOn, licensing.DeactivationNotAgreed:
	}
	switch refused {
	case licensing.DeactivationsUsedUp, licensing.DashboardDeactivationsUsedUp:
		if d.Allowed != nil && d.Used >= *d.Allowed {
			return q.T("All %d deactivations of this licence are used up. Ask %s to delete the device, or for more.", *d.Allowed, vendor)
		}
		return q.T("All %d deactivations that you can do here are used up. Ask %s to delete the device, or for more.", *d.DashboardAllowed, vendor)
	case licensing.DeviceHasFile:
		return q.T("The device has a licence file and goes on with it. Wait until the file has ended, or ask %s.", vendor)
	case licensing.ReleaseGoesOn:
		return q.T("Other activations of this licence are being deleted at this moment. Try again when that is done.")
	case licensing.DeactivationNotAgreed:
	}
	return q.T("Ask %s.", vendor)
}

// DeactivationFacts say how many deactivations of a licence are used and left; none
// where there is no limit.
func DeactivationFacts(q *web.Request, l *licensing.License) []web.Fact {
	d := l.Deactivations()
	var all []web.Fact
	if d.DashboardAllowed != nil {
		all = append(all, used(q, q.T("Deactivations here"), q.T("What you delete on these pages"), d.DashboardUsed, *d.DashboardAllowed))
	}
	if d.Allowed != nil {
		all = append(all, used(q, q.T("Deactivations in all"), q.T("With those that devices do by themselves"), d.Used, *d.Allowed))
	}
	return all
}

func used(q *web.Request, label, hint string, n, of int64) web.Fact {
	return web.Fact{Label: label, Hint: hint, Cell: web.Cell{Text: q.T("%d of %d used, %d left", n, of, max(0, of-n))}}
}

// DeactivationTile shows how many deactivations are used and left; ok is false where
// there is no limit.
func DeactivationTile(q *web.Request, l *licensing.License) (t web.Tile, ok bool) {
	left := l.Deactivations().Left(licensing.ByDashboard)
	if left == nil {
		return t, false
	}
	t = web.Tile{Label: q.T("Deactivations"), Value: q.Language().Number(*left), Sub: q.T("left")}
	if *left == 0 {
		t.Tone = web.Warning
	}
	for _, f := range DeactivationFacts(q, l) {
		t.Lines = append(t.Lines, f.Label+": "+f.Cell.Text)
	}
	return t, true
}
