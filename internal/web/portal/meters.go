package portal

import (
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// Amount writes a quantity in the page's language.
func Amount(q *web.Request, millionths int64) string {
	return q.Language().Decimal(string(terms.AppendQuantity(nil, millionths)))
}

// Limit writes a limit; nil is unlimited.
func Limit(q *web.Request, millionths *int64) string {
	if millionths == nil {
		return q.T("unlimited")
	}
	return Amount(q, *millionths)
}

// MeterBar shows how much of a meter is consumed: of its life where that ends the
// licence, else of the present period.
func MeterBar(r metering.Reading) web.Bar {
	used, limit, goodwill := r.Meter.Consumed, r.Limitation.Limit, r.Limitation.GoodwillPercent
	if contract := r.Limitation.Contract(); contract != nil {
		used, limit, goodwill = r.Meter.Gross, contract, 0
	}
	bar := web.Bar{Used: used / terms.Unit}
	if limit != nil {
		bar.Contract = *limit / terms.Unit
		bar.Allowed = metering.Allowed(*limit, goodwill) / terms.Unit
	}
	return bar
}

// MeterTile shows one meter.
func MeterTile(q *web.Request, page *web.Page, r metering.Reading) web.Tile {
	bar := MeterBar(r)
	t := web.Tile{Label: r.Limitation.Name, Value: Amount(q, r.Meter.Consumed)}
	if r.Limitation.Contract() != nil {
		t.Value = Amount(q, r.Meter.Gross)
	}
	if bar.Limited() {
		t.Sub, t.Bar, t.Tone = q.T("of %d allowed", max(bar.Allowed, bar.Contract)), &bar, toneOf(bar)
		t.Lines = append(t.Lines, UsedContractAllowed(q, bar))
	}
	if !r.Meter.EndsAt.IsZero() {
		t.Lines = append(t.Lines, q.T("Counts anew on %s", page.FirstDay(r.Meter.EndsAt).Text))
	}
	return t
}

// toneOf colours a figure that needs attention, and no other.
func toneOf(b web.Bar) web.Tone {
	switch tone := b.Tone(); {
	case tone != web.Info:
		return tone
	case Nearly(b):
		return web.Soon
	}
	return ""
}

// leftOf is what the period of an exhausted meter still has, in whole units: some where it
// was asked for more than there is.
func leftOf(r metering.Reading) int64 {
	limit := r.Limitation.Limit
	if limit == nil {
		return 0
	}
	return (metering.Allowed(*limit, r.Limitation.GoodwillPercent) - r.Meter.Consumed) / terms.Unit
}

// MeterNotice says what the owner should know of a meter; ok is false for nothing.
func MeterNotice(q *web.Request, page *web.Page, l *licensing.License, r metering.Reading) (n web.Notice, ok bool) {
	bar := MeterBar(r)
	switch {
	case !r.Meter.ExhaustedAt.IsZero() && !r.Limitation.MeasuredOnly:
		n = web.Notice{
			Tone: web.Warning, Title: q.T("“%s” is exhausted.", r.Limitation.Name), Links: Contact(q),
			Text: q.T("All of it is consumed since %s; more is refused.", page.At(r.Meter.ExhaustedAt).Text),
		}
		if left := leftOf(r); left > 0 { // it was asked for more than there is
			n.Title = q.T("“%s” is nearly used up.", r.Limitation.Name)
			n.Text = q.T("More than there is was reported on %s, and refused. %d are left.", page.At(r.Meter.ExhaustedAt).Text, left)
		}
		if !r.Meter.EndsAt.IsZero() {
			n.Text += " " + q.T("It counts anew on %s.", page.FirstDay(r.Meter.EndsAt).Text)
		}
	case bar.Limited() && bar.Used > bar.Contract:
		n = web.Notice{
			Tone: web.Notable, Title: q.T("“%s” is above the contract.", r.Limitation.Name), Links: Contact(q),
			Text: q.T("%d are consumed, and the contract has %d.", bar.Used, bar.Contract),
		}
	case Nearly(bar):
		n = web.Notice{
			Tone: web.Soon, Title: q.T("“%s” is nearly used up.", r.Limitation.Name),
			Text: q.T("%d of %d are consumed.", bar.Used, bar.Contract),
		}
	default:
		return n, false
	}
	n.Actions = askMeter(q, l, r.Limitation.ID)
	return n, true
}

// ActivationTile shows how many activations of a licence are in use, or how many devices
// this month, and when that month ends.
func ActivationTile(q *web.Request, page *web.Page, l *licensing.License) web.Tile {
	bar, anew := Activations(q, l), monthAnew(q, page, l)
	t := web.Tile{
		Label: q.T("Activations"), Value: q.Language().Number(bar.Used),
		Actions: []web.Action{{Label: q.T("Activations"), Href: show.LicenseHref(q, l.UUID) + "/activations", Icon: "devices"}},
	}
	if anew != "" {
		t.Label = q.T("This month")
	}
	if !bar.Limited() {
		t.Sub = q.T("any number")
		return t
	}
	t.Sub, t.Bar, t.Tone = q.T("of %d allowed", max(bar.Contract, bar.Allowed)), &bar, toneOf(bar)
	t.Lines = []string{UsedContractAllowed(q, bar)}
	if anew != "" {
		t.Lines = append(t.Lines, q.T("Counts anew on %s", anew))
	}
	return t
}
