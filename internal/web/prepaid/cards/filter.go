package cards

import (
	"strconv"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// The names of filters are those of the API.
const (
	numberName = "number"
	codeName   = "license_code"
	minName    = "available_days_min"
	maxName    = "available_days_max"
	fromName   = "activated_from"
	toName     = "activated_to"
	deviceName = "device"
	statusName = "status"
	lockedName = "locked"
	boundName  = "bound"
	batchName  = "batch_id"
)

// filterNames are all of them, in the order in which links carry them.
func filterNames() []string {
	return []string{numberName, codeName, minName, maxName, fromName, toName, deviceName, statusName, lockedName, boundName, batchName}
}

// filter reads which cards an address, or the form that was sent, asks for. Days are those
// of the vendor's zone, the last one included.
func filter(q *web.Request, l frame.Look) (prepaid.CardFilter, error) {
	var wrong fault.Fields
	get := func(name string) string { return frame.Given(q, name) }
	f := prepaid.CardFilter{
		Number: get(numberName), Code: get(codeName), Device: get(deviceName), Status: prepaid.Status(get(statusName)),
		Locked: flag(get(lockedName)), IsBound: flag(get(boundName)), OfBatch: get(batchName), OfHolders: l.Holder(),
		MinDays: whole(&wrong, q, minName), MaxDays: whole(&wrong, q, maxName),
		From: day(&wrong, q, fromName, calendar.Day.Begins), To: day(&wrong, q, toName, calendar.Day.Ends),
	}
	if err := wrong.Err(); err != nil {
		return f, err
	}
	return f, f.Check()
}

func flag(text string) *bool {
	if text == "" {
		return nil
	}
	return new(text == "true")
}

func whole(wrong *fault.Fields, q *web.Request, name string) *int64 {
	text := frame.Given(q, name)
	if text == "" {
		return nil
	}
	number, ok := q.Language().ReadNumber(text)
	n, err := strconv.ParseInt(number, 10, 64)
	if wrong.Check(ok && err == nil && n >= 0, name, "must be a whole number, such as 25"); !ok || err != nil {
		return nil
	}
	return &n
}

func day(wrong *fault.Fields, q *web.Request, name string, at func(calendar.Day, *time.Location) time.Time) time.Time {
	text := frame.Given(q, name)
	if text == "" {
		return time.Time{}
	}
	d, message := calendar.ParseDay(text)
	if wrong.Check(message == "", name, message); message != "" {
		return time.Time{}
	}
	return at(d, q.VendorZone())
}

// given are the parameters of the filter that is set, as pairs for Look.Href.
func given(q *web.Request) (pairs []string) {
	for _, name := range filterNames() {
		if value := frame.Given(q, name); value != "" {
			pairs = append(pairs, name, value)
		}
	}
	return pairs
}

// carried are the same, sent with a form.
func carried(q *web.Request) (all []web.Field) {
	pairs := given(q)
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, web.Field{Name: pairs[i], Kind: web.HiddenField, Fixed: true, Value: pairs[i+1]})
	}
	return all
}

// filters are what the list of cards can be narrowed by.
func filters(q *web.Request, stats prepaid.Statistics) []web.Filter {
	yes := func(name, label, on, off string) web.Filter {
		return web.Filter{Name: name, Label: label, Kind: web.ChoiceFilter, Options: []web.Option{{Value: "true", Label: on}, {Value: "false", Label: off}}}
	}
	all := []web.Filter{
		{Name: numberName, Label: q.T("Card number"), Kind: web.SearchFilter},
		{Name: deviceName, Label: q.T("Device number"), Kind: web.SearchFilter},
		codeFilter(q, stats),
		statusFilter(q),
		yes(lockedName, q.T("Lock"), q.T("Locked"), q.T("Not locked")),
		yes(boundName, q.T("On a device"), q.T("Bound"), q.T("Not bound")),
		{Name: minName, Label: q.T("Available days from"), Kind: web.NumberFilter},
		{Name: maxName, Label: q.T("to"), Kind: web.NumberFilter},
		{Name: fromName, Label: q.T("Activated from"), Kind: web.DateFilter},
		{Name: toName, Label: q.T("to"), Kind: web.DateFilter},
	}
	if batch := frame.Given(q, batchName); batch != "" {
		all = append(all, web.Filter{
			Name: batchName, Label: q.T("Batch"), Kind: web.ChoiceFilter, Options: []web.Option{{Value: batch, Label: q.T("One batch")}},
		})
	}
	return all
}

func statusFilter(q *web.Request) web.Filter {
	f := web.Filter{Name: statusName, Label: q.T("Status"), Kind: web.ChoiceFilter}
	for _, s := range prepaid.Statuses() {
		f.Options = append(f.Options, web.Option{Value: string(s), Label: q.Language().Word(frame.StatusWord(s))})
	}
	return f
}
