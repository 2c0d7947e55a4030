package portal

import (
	"net/url"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// MeterWish is how a form and an address name the wish for more of a meter.
func MeterWish(meter ident.UUID) string { return string(owners.WishMeter) + ":" + meter.String() }

// AskHref is the form that asks the vendor for something for a licence; wish may be empty.
func AskHref(q *web.Request, l *licensing.License, wish string) string {
	return show.LicenseHref(q, l.UUID) + "/requests/new?" + url.Values{"wish": {wish}}.Encode()
}

// askMore, askMeter and askRenewal are buttons beside the sentences that name a trouble;
// none for who may not ask.
func askMore(q *web.Request, l *licensing.License) []web.Action {
	return ask(q, l, string(owners.WishActivations), q.T("Ask for more"), "plus")
}

func askMeter(q *web.Request, l *licensing.License, meter ident.UUID) []web.Action {
	return ask(q, l, MeterWish(meter), q.T("Ask for more"), "plus")
}

func askRenewal(q *web.Request, l *licensing.License) []web.Action {
	return ask(q, l, string(owners.WishRenewal), q.T("Renew"), "calendar-plus")
}

func ask(q *web.Request, l *licensing.License, wish, label, icon string) []web.Action {
	if !May(q, l, owners.AskVendor) {
		return nil
	}
	return []web.Action{{Label: label, Href: AskHref(q, l, wish), Icon: icon}}
}

// AskActions are the buttons of a licence's page.
func AskActions(q *web.Request, l *licensing.License) []web.Action {
	all := askMore(q, l)
	if p := l.Terms().Policy; !l.TimeEnd(p).IsZero() || p.TrialDays > 0 || l.Ends(p).Days > 0 {
		all = append(all, askRenewal(q, l)...)
	}
	for i := range all {
		all[i].Plain = true
	}
	return all
}
