package offlineportal

import (
	"strconv"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/offline"
	"chancery/internal/web"
	"chancery/signed"
)

// MostFiles is how many files may be brought at once.
const MostFiles = 10

// bringPage is the page on which files are exchanged.
type bringPage struct {
	web.Page

	Brought

	Sole bool // there is one reply and nothing is wrong: its download may begin by itself
}

// Brought is what became of the files of a form.
type Brought struct {
	Problems []web.Notice
	Replies  []Shown
}

// Shown is a reply as the page tells it.
type Shown struct {
	License ident.UUID

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

// bring reads all files of a form.
func (p *Pages) bring(q *web.Request) (*bringPage, error) {
	page := begin(q)
	var err error
	page.Brought, err = Bring(q, &page.Page, func(text []byte) (*offline.Reply, error) { return p.answer(q.Context(), q.Vendor.Slug, text) })
	page.Sole = len(page.Replies) == 1 && len(page.Problems) == 0
	return page, err
}

// Bring reads all files of a form, and tells of each what became of it.
func Bring(q *web.Request, page *web.Page, take func(text []byte) (*offline.Reply, error)) (b Brought, err error) {
	all, err := brought(q)
	switch {
	case err != nil:
		return b, err
	case len(all) == 0:
		b.Problems = []web.Notice{{Tone: web.Warning, Title: q.T("There is no file."), Text: q.T("Choose one, or paste the text of one.")}}
	case len(all) > MostFiles:
		b.Problems = []web.Notice{{Tone: web.Warning, Title: q.T("These are too many files."), Text: q.T("Bring at most %d at once.", MostFiles)}}
		return b, nil
	}
	for _, f := range all {
		if len(all) == 1 {
			f.Name = "" // nobody mistakes it
		}
		reply, err := take(f.Text)
		switch e := fault.As(err); {
		case err == nil:
			b.Replies = append(b.Replies, tell(q, page, reply, f))
		case e.Kind == fault.Invalid || e.Kind == fault.Conflict || e.Kind == fault.Throttled:
			message, help := q.Language().Fault(e.Code, e.Message, e.Help)
			if f.Name != "" {
				message = f.Name + ": " + message
			}
			b.Problems = append(b.Problems, web.Notice{Tone: web.Bad, Title: message, Text: help})
		default:
			return Brought{}, err
		}
	}
	return b, nil
}

// brought are the requests that a form brings, in files and in what was pasted, each with a
// name that people know it by.
func brought(q *web.Request) (all []edge.UploadedFile, err error) {
	files, err := edge.UploadedFiles(q.R, largest)
	if text := q.R.FormValue("text"); err == nil && strings.TrimSpace(text) != "" {
		files = append(files, edge.UploadedFile{Name: q.T("Pasted text"), Text: []byte(text)})
	}
	for _, f := range files {
		texts := offline.Apart(f.Text)
		for i, text := range texts {
			one := edge.UploadedFile{Name: f.Name, Text: text}
			if len(texts) > 1 {
				one.Name += " (" + strconv.Itoa(i+1) + ")"
			}
			all = append(all, one)
		}
	}
	return all, err
}

// tell says in plain words what happened and what to do next.
func tell(q *web.Request, page *web.Page, r *offline.Reply, f edge.UploadedFile) Shown {
	s := Shown{License: r.Place.LicenseUUID, Name: r.Name, Again: string(f.Text)}
	if found, err := signed.Find(f.Text); err == nil {
		for _, one := range found {
			if one.Request != nil {
				s.Again = string(one.Request.Armour())
			}
		}
	}
	var facts []web.Fact
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, web.Fact{Label: label, Cell: web.Cell{Text: value}})
		}
	}
	add(q.T("File"), f.Name)
	add(q.T("Licence"), r.License)
	add(q.T("Product"), r.Product)
	add(q.T("Device"), r.Device)
	add(q.T("Hostname"), r.Hostname)
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
