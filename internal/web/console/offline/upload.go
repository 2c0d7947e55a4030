package offline

import (
	"net/http"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/offline"
	"chancery/internal/web"
	"chancery/internal/web/offlineportal"
	"chancery/internal/web/show"
)

// uploadPage is the page on which staff bring files on a customer's behalf.
type uploadPage struct {
	web.Page

	Problems []web.Notice
	Replies  []answered
}

// answered is a reply as the public page tells it, and the licence that it is about.
type answered struct {
	offlineportal.Shown

	License web.Link
}

// largest is how many bytes may be sent: ten files, with what forms put around them.
const largest = 1 << 20

func (p *Pages) carried() []edge.Route {
	manage := web.Needs(identity.ManageActivations)
	post := web.Answer(p.Face, "/offline/upload", manage, "upload.html", p.bring)
	post.BodyLimit = largest
	answer := web.Serve(p.Face, http.MethodPost, "/offline/answer", manage, p.answer)
	answer.BodyLimit, answer.Secret = largest, true
	return []edge.Route{
		web.Show(p.Face, "/offline/upload", manage, "upload.html", func(q *web.Request) (*uploadPage, error) { return uploadOf(q), nil }),
		post, answer,
		web.Serve(p.Face, http.MethodGet, "/offline/files/{id}", manage, p.again),
	}
}

func uploadOf(q *web.Request) *uploadPage {
	page := &uploadPage{Page: q.Page("Upload a file", web.Link{Label: "Devices by files", Href: q.Href("/offline")})}
	page.Sub = "activation.req or deactivation.req that a customer has sent you. It is taken as at the public page for files, and stands on its licence."
	return page
}

// bring reads all files of a form, as the public page does.
func (p *Pages) bring(q *web.Request) (*uploadPage, error) {
	page := uploadOf(q)
	all, err := offlineportal.Bring(q, &page.Page, func(text []byte) (*offline.Reply, error) {
		return p.Take(q.Context(), q.VendorID(), q.Vendor.UUID, text)
	})
	page.Problems = all.Problems
	for _, shown := range all.Replies {
		page.Replies = append(page.Replies, answered{shown, web.Link{Label: "Files of the licence", Href: show.LicenseHref(q, shown.License) + "/files"}})
	}
	return page, err
}

// answer gives the answer of a file that was just brought: the same file has the same one.
func (p *Pages) answer(w http.ResponseWriter, q *web.Request) error {
	text, err := edge.Upload(q.R, largest)
	if err != nil {
		return err
	}
	reply, err := p.Take(q.Context(), q.VendorID(), q.Vendor.UUID, text)
	if err != nil {
		return err
	}
	offlineportal.Send(w, reply.Name, reply.File)
	return nil
}

// again gives a kept answer once more.
func (p *Pages) again(w http.ResponseWriter, q *web.Request) error {
	id, err := q.ID("id")
	if err != nil {
		return err
	}
	if q.R.Method == http.MethodHead { // who only looks has nothing
		return nil
	}
	f, err := p.Files.Again(q.Context(), q.VendorID(), 0, id, offline.ViaConsole)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	offlineportal.Send(w, f.Name, f.Content)
	return nil
}
