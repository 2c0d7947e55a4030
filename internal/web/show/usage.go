package show

import (
	"strconv"

	"chancery/internal/calendar"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// maxUsageCharts is how many usage features a page draws.
const maxUsageCharts = 24

// UsageCharts draws what clients reported of each usage feature since a day (UTC),
// modules beside each other.
func UsageCharts(page *web.Page, all []licensing.Usage, since int64) []web.Chart {
	var labels []string
	for day := since; day <= licensing.DayOf(page.Now); day++ {
		labels = append(labels, calendar.Numbered(day).Short())
	}
	var charts []web.Chart
	at, series := map[string]int{}, map[[2]string]int{}
	for _, u := range all {
		i, ok := at[u.Feature]
		if !ok {
			if i = len(charts); i == maxUsageCharts {
				break // they come by feature
			}
			at[u.Feature] = i
			charts = append(charts, web.Chart{
				ID: "usage-" + strconv.Itoa(i), Title: u.Feature, Text: "By day (UTC), in whole units.", Kind: web.StackChart,
				Labels: labels, Today: true,
			})
		}
		k, ok := series[[2]string{u.Feature, u.Module}]
		if !ok {
			k = len(charts[i].Series)
			series[[2]string{u.Feature, u.Module}] = k
			name := u.Module
			if name == "" {
				name = "Value"
			}
			charts[i].Series = append(charts[i].Series, web.Series{Name: name, Values: make([]int64, len(labels))})
		}
		if day := u.Day - since; day >= 0 && day < int64(len(labels)) {
			charts[i].Series[k].Values[day] += u.Value / terms.Unit
		}
	}
	return charts
}

// Value is a client's value of an analytical field as a table shows it.
type Value struct {
	Field, Client, Value string
	Day                  web.Moment
}

// Values prepares the values of analytical fields for showing.
func Values(all []licensing.Analytical) []Value {
	shown := make([]Value, len(all))
	for i, a := range all {
		shown[i] = Value{Field: a.Field, Client: a.ClientID, Value: a.Value, Day: web.UTCDay(calendar.Numbered(a.Day))}
	}
	return shown
}
