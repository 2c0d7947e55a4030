package licenses

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// header begins a page of one licence: what all its tabs share.
func (p *Pages) header(q *web.Request, l *licensing.License, tab string) web.Page {
	page := q.Page(show.LicenseName(l), web.Link{Label: "Licences", Href: q.Href("/licenses")})
	badge := show.LicenseBadge(l, page.Now)
	page.Badge = &badge
	page.Sub = l.Customer.CompanyName + " · " + l.Product.Name + " · " + l.Edition.Name
	href := show.LicenseHref(q, l.UUID)
	tabs := []web.Tab{{Label: "Overview", Href: href}, {Label: "Devices", Href: href + "/devices", Count: web.Number(l.Held())}}
	if metering.HasMeters(l.Terms().Grants.Limitations) {
		tabs = append(tabs, web.Tab{Label: "Meters", Href: href + "/meters"})
	}
	if l.AnyNumber() {
		tabs = append(tabs, web.Tab{Label: "Sessions", Href: href + "/sessions"})
	}
	if l.IsOfUsers() {
		tabs = append(tabs, web.Tab{Label: "Users", Href: href + "/users"})
	}
	if l.Terms().Policy.OfflineAllowed || !l.AnyNumber() {
		tabs = append(tabs, web.Tab{Label: "Files", Href: href + "/files"})
	}
	tabs = append(tabs, web.Tab{Label: "Usage", Href: href + "/usage"})
	if q.May(identity.ViewAuditLog) {
		tabs = append(tabs, web.Tab{Label: "History", Href: href + "/history"})
	}
	for i := range tabs {
		tabs[i].Active = tabs[i].Label == tab
	}
	page.Tabs = tabs
	p.actions(q, l, &page, href)
	return page
}

// lead makes an action the main one of a page.
func lead(page *web.Page, a web.Action) {
	for i := range page.Actions {
		page.Actions[i].Plain = true
	}
	page.Actions = append([]web.Action{a}, page.Actions...)
}

// actions puts into a page what one may do with its licence.
func (p *Pages) actions(q *web.Request, l *licensing.License, page *web.Page, href string) {
	if q.May(identity.ManageLicenses) {
		extend := extendAction(href)
		change := web.Action{Label: "Change", Href: href + "/change", Icon: "edit"}
		s := licensing.StateOf(l, nil, "", page.Now)
		end := s.ExpiresAt
		switch {
		case s.Consumed != nil: // no later day helps
			page.Actions = append(page.Actions, change)
			page.More = append(page.More, extend)
		case s.IsExpired:
			change.Plain = true
			page.Actions = append(page.Actions, extend, change)
		case end.IsZero():
			page.Actions = append(page.Actions, change)
			page.More = append(page.More, extend)
		default:
			extend.Plain = true
			page.Actions = append(page.Actions, change, extend)
		}
		if l.IsActive {
			page.Actions = append(page.Actions, web.Action{Label: "Switch off", Href: href + "/switch-off", Icon: "player-pause", Plain: true, Dialog: true})
		} else {
			page.Actions = append(page.Actions, web.Action{Label: "Switch on", Href: href + "/switch-on", Icon: "player-play", Plain: true, Post: true})
		}
		page.More = append(page.More,
			web.Action{Label: "Mail the key again", Href: href + "/mail", Icon: "mail-forward", Post: true},
			web.Action{Label: "Replace the key", Href: href + "/new-key", Icon: "refresh", Dialog: true},
			web.Action{Label: "Move to another edition", Href: href + "/move", Icon: "route", Dialog: true},
			web.Action{Label: "Hand to another customer", Href: href + "/hand-over", Icon: "building", Dialog: true})
	}
	if q.May(identity.ManageLicenses) && l.Released.Used() > 0 {
		page.More = append(page.More, web.Action{Label: "Reset the deactivations", Href: href + "/reset-deactivations", Icon: "refresh", Dialog: true})
	}
	if q.May(identity.ManageActivations) && l.Held() > 0 {
		page.More = append(page.More, web.Action{Label: "Release all devices", Href: href + "/release-all", Icon: "lock-open", Danger: true, Dialog: true})
	}
	if q.May(identity.ManageLicenses) {
		page.More = append(page.More, web.Action{Label: "End it now", Href: href + "/end", Icon: "ban", Danger: true, Dialog: true})
		if l.FirstActivatedAt.IsZero() && l.Held() == 0 {
			page.More = append(page.More, web.Action{Label: "Delete it", Href: href + "/delete", Icon: "trash", Danger: true, Dialog: true})
		}
	}
}

type overviewPage struct {
	web.Page

	Key      web.ShownCell
	Facts    []web.ShownFact
	Use      []web.ShownFact
	Validity web.Notice
	Notes    []web.Notice
	Policy   []web.ShownFact
	Grants   []grant
	Months   *web.Chart // of a licence that counts the devices of each month
	Denials  web.Chart
	Refused  []refusedClient // the last ones, the newest first
	Mails    []sentMail
}

// refusedClient is who was refused.
type refusedClient struct {
	At                         web.Moment
	Reason                     web.Badge
	Client                     web.ShownCell
	Hostname, Version, Address string
}

func (p *Pages) refusedOf(q *web.Request, page *web.Page, l *licensing.License) ([]refusedClient, error) {
	all, err := p.Rows.LastRefused(q.Context(), q.VendorID(), l.ID)
	shown := make([]refusedClient, len(all))
	for i, r := range all {
		client := web.Cell{Text: r.ClientID, Mono: true}
		if !r.Activation.IsZero() {
			client.Href = show.ActivationHref(q, r.Activation)
		}
		shown[i] = refusedClient{
			At: page.At(r.At),
			Reason: web.Badge{
				Word: refusal.Words(r.Reason), Tone: show.ReasonTone(r.Reason), Hint: "The protocol's number is " + strconv.Itoa(r.Reason),
			},
			Client: page.Cell(client), Hostname: r.Hostname, Version: r.Version, Address: r.Address,
		}
	}
	return shown, err
}

// sentMail is one mail about the licence.
type sentMail struct {
	At      web.Moment
	To      string
	Subject string
	Badge   web.Badge
	Error   string
}

// grant is one line of what the licence grants.
type grant struct {
	Kind, Name, Value string
	Hint              string
	Own               bool // the licence sets it itself
	Off               bool
}

func (p *Pages) overview() []edge.Route {
	return []edge.Route{web.Show(p.Face, "/licenses/{id}", web.Needs(identity.ViewLicenses), "overview.html", p.showOverview)}
}

const deniedDays = 14

func (p *Pages) showOverview(q *web.Request) (*overviewPage, error) {
	l, err := p.licence(q)
	if err != nil {
		return nil, err
	}
	page := &overviewPage{Page: p.header(q, l, "Overview")}
	state := licensing.StateOf(l, nil, "", page.Now)
	page.Key = page.Cell(web.Cell{Text: l.LicenseKey.String(), Mono: true, Copy: l.LicenseKey.String()})
	page.Validity, page.Notes = validity(&page.Page, l, state, remediesOf(q, l))
	page.Notes = append(page.Notes, usedUp(q, l)...)
	if forever, is := show.OfflineForever(l.Terms().Policy); is {
		forever.Actions = remediesOf(q, l).change
		page.Notes = append(page.Notes, forever)
	}
	for _, more := range []func(*web.Request, *web.Page, *licensing.License) ([]web.Notice, error){p.copiesNotes, p.handOverNotes, p.requestNotes} {
		notes, err := more(q, &page.Page, l)
		if err != nil {
			return nil, err
		}
		page.Notes = append(page.Notes, notes...)
	}
	subscribed, err := p.subscription(q, l)
	if err != nil {
		return nil, err
	}
	page.Facts = page.Page.Facts(append(facts(q, l, state), subscribed...)...)
	page.Use = page.Page.Facts(use(q, &page.Page, l)...)
	page.Policy = page.Page.Facts(policyFacts(l)...)
	page.Grants = grants(&page.Page, l)
	if page.Mails, err = p.mailed(q, &page.Page, l); err != nil {
		return nil, err
	}
	from := page.Now.Add(-deniedDays * 24 * time.Hour)
	denied, err := p.Rows.Denials(q.Context(), q.VendorID(), l.ID, from)
	if err != nil {
		return nil, err
	}
	page.Denials = deniedChart(&page.Page, denied, from)
	if page.Months, err = p.monthsChart(q, &page.Page, l); err != nil {
		return nil, err
	}
	if page.Refused, err = p.refusedOf(q, &page.Page, l); err != nil {
		return nil, err
	}
	if l.AnyNumber() {
		open, err := p.SessionRows.Open(q.Context(), q.VendorID(), page.Now, l.ID)
		if err != nil {
			return nil, err
		}
		limit := state.Terms.Policy.FloatingTokenLimit
		bar := web.Bar{Used: open[l.ID], Contract: limit, Allowed: limit, Unit: "sessions"}
		page.Use = append(page.Page.Facts(web.Fact{
			Label: "Sessions open now",
			Cell:  web.Cell{Bar: &bar, Href: show.LicenseHref(q, l.UUID) + "/sessions"},
		}), page.Use...)
	}
	return page, nil
}

// shownMails is how many mails the page of a licence shows.
const shownMails = 5

func (p *Pages) mailed(q *web.Request, page *web.Page, l *licensing.License) ([]sentMail, error) {
	all, err := p.Mails.Of(q.Context(), q.VendorID(), l.UUID, shownMails)
	badges := map[mailing.State]web.Badge{
		mailing.Queued: web.BadgeQueued, mailing.Sent: web.BadgeSent, mailing.Failed: web.BadgeFailed, mailing.Kept: web.BadgeKept,
	}
	shown := make([]sentMail, len(all))
	for i, m := range all {
		shown[i] = sentMail{page.Ago(m.At), m.To, m.Body.Subject, badges[m.State], m.Error}
	}
	return shown, err
}

func facts(q *web.Request, l *licensing.License, s licensing.State) []web.Fact {
	all := []web.Fact{
		{Label: "Customer", Cell: web.Cell{Text: l.Customer.CompanyName, Href: show.CustomerHref(q, l.Customer.UUID), Sub: l.Customer.CustomerNumber}},
		{
			Label: "Licensee", Cell: web.Cell{Text: l.LicenseeEmail, Href: q.Href("/licenses") + "?" + url.Values{"licensee": {l.LicenseeEmail}}.Encode()},
			Hint: "The user who gets the mail with the key",
		},
		{Label: "Product", Cell: web.Cell{Text: l.Product.Name, Href: show.ProductHref(q, l.Product.UUID)}},
		{
			Label: "Edition",
			Cell:  web.Cell{Text: l.Edition.Name, Href: show.EditionHref(q, l.Edition.UUID), Sub: show.HowUsed(l.Edition.Mode, l.Edition.Policy)},
		},
		{Label: "Issued", Cell: web.Cell{When: l.CreatedAt}},
	}
	expires := show.End(l)
	expires.Sub = "As the edition says"
	if l.ExpiresMode != "" {
		expires.Sub = "Set for this licence"
	}
	if s.Consumed != nil {
		expires.Sub = "Its contract is consumed"
		if agreed := l.TimeEnd(s.Terms.Policy); !agreed.IsZero() {
			expires.Sub += "; by its days it would end on " + calendar.LastDay(agreed, q.VendorZone()).Text()
		}
	} else if days := s.Terms.Policy.TrialDays; days > 0 {
		expires.Sub += "; trial of " + web.Count(int64(days), "day", "days")
	}
	all = append(all, web.Fact{Label: "Begins", Cell: show.Begin(l)},
		web.Fact{Label: "Ends", Cell: expires, Hint: endHint(q, expires.LastDay)})
	first := web.Cell{Text: "Not yet", Quiet: true}
	if !l.FirstActivatedAt.IsZero() {
		first = web.Cell{When: l.FirstActivatedAt}
	}
	all = append(all, web.Fact{Label: "First activation", Cell: first})
	if l.PrintedKey != "" {
		all = append(all, web.Fact{Label: "Printed key", Cell: web.Cell{Text: l.PrintedKey, Mono: true, Copy: l.PrintedKey}})
	}
	if l.LegacyKey != "" {
		all = append(all, web.Fact{Label: "Legacy key", Cell: web.Cell{Text: l.LegacyKey, Mono: true, Copy: l.LegacyKey}})
	}
	return append(all,
		web.Fact{Label: "Product id", Cell: web.Cell{Text: l.Product.UUID.String(), Mono: true, Copy: l.Product.UUID.String()}},
		web.Fact{Label: "Licence id", Cell: web.Cell{Text: l.UUID.String(), Mono: true, Copy: l.UUID.String()}},
		web.Fact{Label: "Serial", Cell: web.Cell{Text: web.Number(l.Serial())}, Hint: "Rises with every change of what clients are answered"})
}

// use says how much of a licence is used.
func use(q *web.Request, page *web.Page, l *licensing.License) []web.Fact {
	bar, policy := show.Activations(l, page.Now), l.Terms().Policy
	if m := l.MonthAt(page.Now, q.VendorZone()); m != nil {
		return append(monthUse(q, page, l, bar, m), released(l)...)
	}
	all := []web.Fact{{Label: "Activations", Cell: web.Cell{Bar: &bar, Href: show.LicenseHref(q, l.UUID) + "/devices"}}}
	if !l.AnyNumber() {
		all = append(all,
			web.Fact{Label: "Used · contract · allowed", Cell: web.Cell{
				Text: web.Number(l.Held()) + " · " + web.Number(policy.TokenLimit) + " · " + web.Number(licensing.Allowed(policy)),
			}, Hint: "Allowed is contract, buffer and goodwill together"},
			web.Fact{Label: "On goodwill", Cell: web.Cell{Text: web.Number(l.GoodwillUsed) + " of " + web.Number(policy.GoodwillTokenLimit)}})
	}
	return append(all, released(l)...)
}

// validity says whether the licence holds, and if not why and since when.
func validity(page *web.Page, l *licensing.License, s licensing.State, help remedies) (main web.Notice, notes []web.Notice) {
	switch s.Reason {
	case licensing.ReasonInactive:
		main = web.Notice{
			Tone: web.Bad, Title: "Switched off.", Text: "Nothing can be activated, and clients are told at their next heartbeat.",
			Actions: help.switchOn,
		}
	case licensing.ReasonNotStarted:
		main = web.Notice{Tone: web.Info, Title: "Not started.", Text: "It holds from " + page.FirstDay(l.StartsAt).Text + "."}
	case licensing.ReasonExpired:
		main = web.Notice{
			Tone: web.Bad, Title: "Expired.",
			Text: "It ended on " + page.LastDay(s.ExpiresAt).Text + ": extend it, or issue another one.", Actions: help.extend,
		}
	case licensing.ReasonMeasured:
		main = web.Notice{
			Tone: web.Bad, Title: "Consumed.",
			Text: "All " + show.Amount(s.Consumed.Contract) + " of " + s.Consumed.Limitation.Name + " that its contract allows are consumed since " +
				page.At(s.Consumed.Since).Text + ": raise what the contract allows, or issue another one. A reset of the meter does not change that.",
			Actions: help.change,
		}
	case licensing.ReasonTrialOver:
		main = web.Notice{
			Tone: web.Bad, Title: "The trial is over.",
			Text: "It ended on " + page.LastDay(s.ExpiresAt).Text + ": set the trial to 0 days to make it a full licence.", Actions: help.change,
		}
	default:
		main = web.Notice{Tone: web.Good, Title: "Valid.", Text: "Clients are answered that they may run."}
		if !s.ExpiresAt.IsZero() {
			main.Text = "It holds " + page.Until(s.ExpiresAt) + "."
		}
	}
	if since := l.UsedUpSince(page.Now); !since.IsZero() {
		note := web.Notice{
			Tone: web.Warning, Title: "Used up.",
			Text:    "New clients have been refused since " + page.At(since).Text + "; activated ones go on. Add activations, or release a device.",
			Actions: slices.Concat(help.add, help.release),
		}
		if l.CountsMonths() {
			note.Text = "Devices have been refused since " + page.At(since).Text + ": this month has as many as it may have. " +
				"Those that were used before go on. Add activations, or wait for the next month; releasing a device frees no place of this one."
			note.Actions = help.add
		}
		notes = append(notes, note)
	}
	if above := l.OnGoodwill(page.Now); above > 0 {
		if len(notes) > 0 {
			help.add = nil // it stands beside the other one
		}
		notes = append(notes, web.Notice{
			Tone: web.Notable, Title: "On goodwill.", Text: web.Count(above, "client is", "clients are") + " above the contract.", Actions: help.add,
		})
	}
	if l.IsTemporary {
		notes = append(notes, web.Notice{
			Tone: web.Info, Title: "Temporary.",
			Text: "A client may hold it beside another licence, and it goes first while it is valid.",
		})
	}
	return main, notes
}

// remedies are buttons beside the sentences that name a trouble. What one may not do
// is not offered.
type remedies struct{ switchOn, extend, change, add, release []web.Action }

func remediesOf(q *web.Request, l *licensing.License) (r remedies) {
	href := show.LicenseHref(q, l.UUID)
	if q.May(identity.ManageLicenses) {
		r.switchOn = []web.Action{{Label: "Switch on", Href: href + "/switch-on", Icon: "player-play", Post: true}}
		r.extend = []web.Action{extendAction(href)}
		r.change = []web.Action{{Label: "Change", Href: href + "/change", Icon: "edit"}}
		if !l.AnyNumber() {
			r.add = []web.Action{{Label: "Add activations", Href: href + "/add-tokens", Icon: "plus", Dialog: true}}
		}
	}
	if q.May(identity.ManageActivations) {
		r.release = []web.Action{{Label: "Release a device", Href: href + "/devices", Icon: "lock-open", Plain: true}}
	}
	return r
}

func extendAction(href string) web.Action {
	return web.Action{Label: "Extend", Href: href + "/extend", Icon: "calendar-plus", Dialog: true}
}

// policyFacts are the numbers that hold, and which of them the licence sets itself.
func policyFacts(l *licensing.License) []web.Fact {
	policy, own := l.Terms().Policy, terms.Overrides{}
	if l.Overrides != nil {
		own = *l.Overrides
	}
	all := make([]web.Fact, 0, len(terms.Fields()))
	for _, t := range ownTerms(l.Edition.Mode, policy) {
		value := t.Value(policy)
		f := web.Fact{Label: t.Label, Cell: web.Cell{Text: termText(t, value) + unitOf(t, value)}}
		if t.Own(&own) != nil {
			f.Cell.Sub = "edition: " + termText(t, t.Value(l.Edition.Policy))
		}
		all = append(all, f)
	}
	return all
}

func unitOf(t terms.Field, value any) string {
	switch value {
	case nil, true, false:
		return ""
	case int64(1):
		return " " + strings.TrimSuffix(t.Unit, "s")
	}
	return strings.TrimSuffix(" "+t.Unit, " ")
}

func grants(page *web.Page, l *licensing.License) []grant {
	held, own := l.Terms().Grants, terms.Overrides{}
	if l.Overrides != nil {
		own = *l.Overrides
	}
	all := make([]grant, 0, len(held.Features)+len(held.Limitations)+len(held.Variables))
	for _, f := range held.Features {
		g := grant{Kind: "Feature", Name: f.Name, Value: inForce(f.IsActive), Hint: f.Description, Off: !f.IsActive}
		if f.ExpiresAt != nil {
			g.Value += " " + page.Until(*f.ExpiresAt)
		}
		for _, o := range own.Features {
			g.Own = g.Own || o.ID == f.ID
		}
		all = append(all, g)
	}
	for _, k := range held.Limitations {
		g := grant{Kind: "Limitation", Name: k.Name, Value: show.Limit(k.Limit), Hint: k.Description}
		for _, o := range own.Limitations {
			g.Own = g.Own || o.ID == k.ID
		}
		all = append(all, g)
	}
	for _, k := range held.Variables {
		g := grant{Kind: "Variable", Name: k.Name, Value: k.Value, Hint: k.Description}
		for _, o := range own.Variables {
			g.Own = g.Own || o.ID == k.ID
		}
		all = append(all, g)
	}
	return all
}

// deniedChart draws refused calls by day and reason, in the viewer's zone.
func deniedChart(page *web.Page, all []licensing.Denial, from time.Time) web.Chart {
	c := web.Chart{
		ID: "denied", Title: "Refused calls", Text: "Activations and sessions that were refused, of the last 14 days.", Kind: web.StackChart,
		Unit: "calls", Today: true, Empty: "Nobody was refused in the last 14 days.",
	}
	labels, place := page.DaysSince(from)
	c.Labels = labels
	series := map[int]int{}
	for _, d := range all {
		i := place(d.Hour)
		if i < 0 {
			continue
		}
		k, ok := series[d.Reason]
		if !ok {
			k = len(c.Series)
			series[d.Reason] = k
			c.Series = append(c.Series, web.Series{Name: refusal.Words(d.Reason), Values: make([]int64, len(c.Labels))})
		}
		c.Series[k].Values[i] += d.Denied
	}
	return c
}

// endHint says when a last day is over. An end within a day, and none at all, need no words.
func endHint(q *web.Request, end time.Time) string {
	if end.IsZero() || !calendar.IsLastDay(end, q.VendorZone()) {
		return ""
	}
	return "It holds until that day is over in " + q.ZoneOfDays()
}
