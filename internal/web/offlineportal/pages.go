package offlineportal

import (
	"net/http"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/offline"
	"chancery/internal/web"
	"chancery/signed"
)

// MostFiles is how many files may be brought at once.
const MostFiles = 10

// bringPage is the page on which files are exchanged.
type bringPage struct {
	web.Page

	Problems []web.Notice
	Replies  []Shown
	Sole     bool // there is one reply and nothing is wrong: its download may begin by itself
}

// Shown is a reply as the page tells it.
type Shown struct {
	Title, Next string
	Facts       []web.ShownFact
	Notes       []web.Notice
	Name        string // of the file
	Again       string // what was brought: bringing it again gives the file again
}

func (p *Pages) pages() []edge.Route {
	who := web.Access{Public: public}
	page := web.Show(p.Face, "/{$}", who, "bring.html", func(q *web.Request) (*bringPage, error) { return begin(q), nil })
	post := web.Answer(p.Face, "/{$}", who, "bring.html", p.bring)
	post.BodyLimit = largest
	return []edge.Route{page, post}
}

// begin is the page before a file was brought.
func begin(q *web.Request) *bringPage {
	page := &bringPage{Page: q.Page(q.T("Licences for devices without internet"))}
	page.Camera = true
	return page
}

// bring reads all files of a form, and tells of each what became of it.
func (p *Pages) bring(q *web.Request) (*bringPage, error) {
	page := begin(q)
	texts, err := All(q.R)
	if err != nil {
		return nil, err
	}
	switch {
	case len(texts) == 0:
		page.Problems = []web.Notice{{Tone: web.Warning, Title: q.T("There is no file."), Text: q.T("Choose one, or paste the text of one.")}}
	case len(texts) > MostFiles:
		page.Problems = []web.Notice{{Tone: web.Warning, Title: q.T("These are too many files."), Text: q.T("Bring at most %d at once.", MostFiles)}}
		texts = nil
	}
	for _, text := range texts {
		reply, err := p.answer(q.Context(), q.Vendor.Slug, text)
		switch e := fault.As(err); {
		case err == nil:
			page.Replies = append(page.Replies, Tell(q, &page.Page, reply, text))
		case e.Kind == fault.Invalid || e.Kind == fault.Conflict || e.Kind == fault.Throttled:
			message, help := q.Language().Fault(e.Code, e.Message, e.Help)
			page.Problems = append(page.Problems, web.Notice{Tone: web.Bad, Title: message, Text: help})
		default:
			return nil, err
		}
	}
	page.Sole = len(page.Replies) == 1 && len(page.Problems) == 0
	return page, nil
}

// Tell says in plain words what happened and what to do next.
func Tell(q *web.Request, page *web.Page, r *offline.Reply, text []byte) Shown {
	s := Shown{Name: r.Name, Again: string(text)}
	if found, err := signed.Find(text); err == nil && found[0].Request != nil {
		s.Again = string(found[0].Request.Armour())
	}
	var facts []web.Fact
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, web.Fact{Label: label, Cell: web.Cell{Text: value}})
		}
	}
	add(q.T("Licence"), r.License)
	add(q.T("Product"), r.Product)
	add(q.T("Device"), r.Device)
	s.Facts = page.Facts(facts...)
	switch r.Kind {
	case offline.Licensed:
		s.Title, s.Next = q.T("The licence is ready."), q.T("Download the file, carry it to the device and load it in the program there: it unlocks this device and no other.")
	case offline.Refreshed:
		s.Title, s.Next = q.T("The refresh is ready."), q.T("Download the file, carry it to the device and load it in the program there.")
	case offline.Counted:
		s.Title, s.Next = q.T("What was used is counted."), q.T("Download the receipt and load it on the device, so that it need not tell it again.")
	case offline.Deactivated:
		s.Title, s.Next = q.T("The licence is given up."), q.T("Its place is free for another device. Download the receipt and load it on the device, which then forgets the licence.")
	}
	if r.Old {
		s.Notes = append(s.Notes, web.Notice{Text: q.T("This was counted already: a later file of the device has told all of it.")})
	}
	if r.Over > 0 {
		s.Notes = append(s.Notes, web.Notice{Tone: web.Warning, Text: q.T("More was used than the licence allows. It is counted, and the vendor sees it.")})
	}
	return s
}

// All are the texts that a form brings: its files, and what was pasted.
func All(r *http.Request) ([][]byte, error) {
	texts, err := edge.UploadedFiles(r, largest)
	if text := r.FormValue("text"); err == nil && strings.TrimSpace(text) != "" {
		texts = append(texts, []byte(text))
	}
	return texts, err
}
