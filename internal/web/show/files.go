package show

import (
	"chancery/internal/listing"
	"chancery/internal/offline"
	"chancery/internal/web"
)

// Carried is what a list of files needs.
type Carried struct {
	Rows  func(q *web.Request, r listing.Request) (listing.Page[offline.File], error)
	Again func(f offline.File) string // address where a kept answer is had again; nil for nobody
	Owner bool                        // for the owner of the licence, who learns no names of the vendor's people
}

// FilesTable lists the files that came and went for a licence.
func FilesTable(q *web.Request, c Carried) web.Table[offline.File] {
	page := q.Page("")
	t := web.Table[offline.File]{
		Name: "files", Sorts: offline.FileSorts(), Top: true,
		Empty: web.Empty{
			Icon: "file-certificate", Title: q.T("No file has come or gone yet"),
			Text: q.T("Requests, licences, reports and receipts of devices without internet show here, with refresh files that were downloaded."),
		},
		Columns: []web.Column[offline.File]{
			{Name: "at", Label: q.T("When"), Sort: "at", Cell: func(f offline.File) web.Cell {
				cell := web.Cell{When: f.LastAt}
				if f.Times > 1 {
					cell.Sub = q.T("%d times, first %s", f.Times, page.Day(f.At).Text)
				}
				return cell
			}},
			{
				Name: "what", Label: q.T("What"), Roomy: true, Cell: func(f offline.File) web.Cell { return whatCell(q, f) },
				Plain: func(f offline.File) string { return formOf(q, f.Form) },
			},
			{Name: "result", Label: q.T("Result"), Cell: func(f offline.File) web.Cell { return resultCell(q, c, f) }},
			{Name: "device", Label: q.T("Device"), Cell: func(f offline.File) web.Cell {
				cell := web.Cell{Text: f.ClientID}
				if !f.Activation.IsZero() {
					cell.Href = ActivationHref(q, f.Activation)
				}
				return cell
			}},
			{Name: "by", Label: q.T("By"), Cell: func(f offline.File) web.Cell {
				cell := web.Cell{Text: viaOf(q, f.Via), Sub: f.Actor.Name}
				if c.Owner && f.Via != offline.ViaDashboard {
					cell.Sub = ""
				}
				return cell
			}},
			{Name: "size", Label: q.T("Size"), End: true, Extra: true, Cell: func(f offline.File) web.Cell {
				return web.Cell{Text: q.T("%d in, %d out", f.Size, f.OutSize)}
			}},
		},
		Rows: c.Rows,
	}
	if c.Again != nil {
		t.Columns = append(t.Columns, web.Column[offline.File]{Name: "again", Label: q.T("Download"), Act: true, Cell: func(f offline.File) web.Cell {
			if !f.IsKept {
				return web.Cell{}
			}
			return web.Cell{Links: []web.Link{{Label: f.Name, Href: c.Again(f)}}}
		}})
	}
	return t
}

// whatCell says what an exchange is about, and its number.
func whatCell(q *web.Request, f offline.File) web.Cell {
	c := web.Cell{Text: formOf(q, f.Form)}
	switch {
	case f.Number > 0:
		c.Sub = q.T("No. %d", f.Number)
	case f.Serial > 0:
		c.Sub = q.T("Serial %d", f.Serial)
	}
	return c
}

// resultCell says what came of it. That a device was copied is a matter of the vendor's.
func resultCell(q *web.Request, c Carried, f offline.File) web.Cell {
	badge := web.Badge{Word: "Answered", Tone: web.Good}
	switch {
	case f.Code != "":
		badge = web.Badge{Word: "Refused", Tone: web.Bad}
		return web.Cell{Badge: &badge, Sub: q.Language().Said(f.Refused)}
	case f.Copied && !c.Owner:
		badge = web.Badge{Word: "Two copies", Tone: web.Warning}
	case f.Exceeded > 0:
		badge = web.Badge{Word: "Above the limit", Tone: web.Warning}
	case f.Size == 0:
		badge = web.Badge{Word: "Handed out", Tone: web.Good}
	}
	if c.Again != nil && f.IsKept {
		return web.Cell{Badge: &badge} // its name is what downloads it
	}
	return web.Cell{Badge: &badge, Sub: f.Name}
}

func formOf(q *web.Request, f offline.Form) string {
	switch f {
	case offline.FormRequest:
		return q.T("Request for a licence")
	case offline.FormReport:
		return q.T("Report of use")
	case offline.FormDeactivation:
		return q.T("Deactivation")
	case offline.FormRefresh:
		return q.T("Refresh file")
	case offline.FormXML:
		return q.T("XML licence file")
	case offline.FormActivation:
		return q.T("XML activation file")
	}
	return string(f)
}

func viaOf(q *web.Request, v offline.Via) string {
	switch v {
	case offline.ViaPortal:
		return q.T("Page for files")
	case offline.ViaConsole, offline.ViaAPI:
		return q.Vendor.Name
	case offline.ViaDashboard:
		return q.T("Licensing dashboard")
	case offline.ViaCall:
		return q.T("Program or phone")
	}
	return string(v)
}
