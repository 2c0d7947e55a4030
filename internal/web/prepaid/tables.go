package prepaid

import (
	"strings"

	"chancery/internal/calendar"
	"chancery/internal/prepaid"
	"chancery/internal/web"
)

// DeviceCell names a device in a table, and leads to its page.
func (f *Frame) DeviceCell(l Look, number string) web.Cell {
	cell := web.Cell{Text: number, Mono: true}
	if number != "" && f.Has(DevicesPath) {
		cell.Href = l.Href(DevicesPath + "/" + Segment(number))
	}
	return cell
}

// CardCell names a card in a table, and leads to its page.
func CardCell(l Look, number string) web.Cell {
	if number == "" {
		return web.Cell{}
	}
	return web.Cell{Text: number, Mono: true, Whole: true, Href: l.Href(CardsPath + "/" + number)}
}

// Here is the address of a list below the face, to come back to.
func Here(q *web.Request) string { return strings.TrimPrefix(q.R.URL.RequestURI(), q.Base) }

// TransfersTable shows transfers on the page of what moved.
func TransfersTable(q *web.Request) web.Table[prepaid.TransferView] {
	return web.Table[prepaid.TransferView]{
		Empty: web.Empty{Icon: "history", Title: q.T("Nothing yet")},
		Columns: []web.Column[prepaid.TransferView]{
			{Name: "at", Label: q.T("Time"), Cell: func(r prepaid.TransferView) web.Cell { return web.Cell{At: r.At} }},
			{Name: "method", Label: q.T("Method"), Cell: func(r prepaid.TransferView) web.Cell { return web.Cell{Badge: MethodBadge(r.Kind)} }},
			{Name: "from", Label: q.T("From"), Cell: func(r prepaid.TransferView) web.Cell { return OwnerCell(q, r.Source) }},
			{Name: "to", Label: q.T("To"), Cell: func(r prepaid.TransferView) web.Cell { return OwnerCell(q, r.Target) }},
		},
	}
}

// DeductionsTable shows deductions on the page of a card or a device.
func (f *Frame) DeductionsTable(q *web.Request, l Look) web.Table[prepaid.DeductionView] {
	return web.Table[prepaid.DeductionView]{
		Empty: web.Empty{Icon: "receipt", Title: q.T("Not charged yet")},
		Columns: []web.Column[prepaid.DeductionView]{
			{Name: "day", Label: q.T("Day"), Cell: func(r prepaid.DeductionView) web.Cell {
				return web.Cell{Text: q.Language().Day(calendar.Numbered(r.Day))}
			}},
			{Name: "at", Label: q.T("Time"), Cell: func(r prepaid.DeductionView) web.Cell { return web.Cell{At: r.At} }},
			{Name: "device", Label: q.T("Device number"), Cell: func(r prepaid.DeductionView) web.Cell { return f.DeviceCell(l, r.DeviceNo) }},
			{Name: "card", Label: q.T("Card number"), Cell: func(r prepaid.DeductionView) web.Cell { return CardCell(l, r.CardNo) }},
			{Name: "kind", Label: q.T("Kind"), Cell: func(r prepaid.DeductionView) web.Cell {
				return web.Cell{Badge: DeductionBadge(r.Kind)}
			}},
			{Name: "by", Label: q.T("Triggered by"), Cell: func(r prepaid.DeductionView) web.Cell {
				return web.Cell{Text: TriggerText(q, r), Quiet: true}
			}},
		},
	}
}
