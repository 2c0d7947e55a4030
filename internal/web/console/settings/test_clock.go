package settings

import (
	"context"
	"time"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/testclock"
	"chancery/internal/web"
)

// TestClock is the clock that all vendors of a server for tests share.
type TestClock interface {
	Reading() testclock.Reading
	Advance(ctx context.Context, v ident.VendorID, by time.Duration, memory testclock.Memory) (testclock.Report, error)
}

// testClock is there on a server with a test clock only.
func (p *Pages) testClock() []edge.Route {
	if p.TestClock == nil {
		return nil
	}
	routes := web.AskOwn(p.face, "/settings/test-clock", web.Needs(identity.ManageVendor), "form.html", p.askClock, p.moveClock)
	for i := range routes {
		routes[i].Timeout = testclock.Within + 10*time.Second
	}
	return routes
}

func (p *Pages) askClock(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Test clock"), Form: form}
	page.Sub = "For tests: what a year does to licences, in a minute. All vendors of this server share the clock, and it goes forward only."
	now := p.TestClock.Reading()
	page.About(
		web.Fact{Label: "Now", Cell: web.Cell{Text: page.Page.At(now.Now).Text, Sub: now.Now.UTC().Format("2006-01-02 15:04:05") + " UTC"}},
		web.Fact{Label: "Ahead of the real time", Cell: web.Cell{Text: testclock.InWords(now.Ahead.Truncate(time.Second))}},
	)
	form.Submit = "Move the clock"
	form.Add(web.Group{Title: "Move it", Text: "It stops at every instant at which something is due: ends, resets, mails, retries, what is forgotten.", Fields: []web.Field{
		{Name: "advance", Label: "Forward by", Required: true, Focus: true, Value: "1d", Mono: true, Hint: "90m, 26h, 14d or 1d12h; at most 400d at once."},
	}})
	return page, nil
}

func (p *Pages) moveClock(q *web.Request, v web.Values) (web.Done, error) {
	by, err := testclock.Parse(v.Text("advance"))
	if err != nil {
		return web.Done{}, err
	}
	r, err := p.TestClock.Advance(q.Context(), q.VendorID(), by, edge.MemoryOf[testclock.Noted](q.Context(), p.Changes))
	if err != nil {
		return web.Done{}, err
	}
	say := web.Flash{Text: "The clock was moved by " + testclock.InWords(by) + ". It stopped " +
		web.Count(int64(len(r.Stops)+r.More), "time", "times") + " for what was due."}
	if r.Left > 0 {
		say = web.Flash{Tone: web.Warning, Text: "That takes longer than a page may: the clock has come to " + r.Now.UTC().Format("2006-01-02 15:04:05") +
			" UTC. Move it on by " + testclock.InWords(r.Left) + "."}
	}
	return web.Done{To: q.Href("/settings/test-clock"), Say: say}, nil
}
