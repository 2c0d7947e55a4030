package clientcmd

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"chancery/client"
)

// report is what --json prints. The license and token keys are in it, as they
// are in LicenseInfo: they belong to who runs this.
type report struct {
	State        client.State         `json:"state"`
	Valid        bool                 `json:"valid"`
	Message      string               `json:"message"`
	ClientID     string               `json:"client_id"`
	AnsweredAt   *time.Time           `json:"answered_at"`
	RunsUntil    *time.Time           `json:"runs_until"`
	HeartbeatDue bool                 `json:"heartbeat_due"`
	Refusal      *client.RefusalError `json:"refusal"`
	License      *client.LicenseInfo  `json:"license"`

	// What is left of each limit that is consumed, by its name: as the license says it, less what was used here since.
	Remaining map[string]float64 `json:"remaining"`
}

func (c *Connection) print(io *IO, done string, licence *client.Client, s client.Status) error {
	left := remaining(licence, s)
	if c.JSON {
		encoder := json.NewEncoder(io.Stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(report{
			State: s.State, Valid: s.Valid(), Message: s.Message, ClientID: licence.ClientID(),
			AnsweredAt: set(s.AnsweredAt), RunsUntil: set(s.RunsUntil), HeartbeatDue: s.HeartbeatDue,
			Refusal: s.Refusal, License: s.License, Remaining: left,
		})
	}
	if done != "" {
		fmt.Fprintln(io.Stdout, done)
	}
	if done == "" || s.License != nil {
		fmt.Fprintln(io.Stdout, s.Message)
	}
	table := tabwriter.NewWriter(io.Stdout, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(table, "  %s\t%s\n", name, value)
		}
	}
	row("client", licence.ClientID())
	if s.License != nil {
		c.licence(s, left, row)
	}
	return table.Flush()
}

// licence prints what the licence is.
func (c *Connection) licence(s client.Status, left map[string]float64, row func(name, value string)) {
	l := s.License
	row("product", l.ProductName)
	row("licence", l.LicenseName)
	row("customer", l.Customer.Name)
	row("expires", expires(l.ExpirationDate))
	row("not valid", l.ValidityReason)
	if l.UsedUpAt != nil {
		row("used up", l.UsedUpReason+" since "+instant(*l.UsedUpAt))
	}
	row("features", strings.Join(features(l.Features), ", "))
	row("limits", strings.Join(limits(l.Limitations, left), ", "))
	row("answered", instant(s.AnsweredAt))
	if s.Valid() {
		by := "answer"
		if c.URL == "" {
			by = "file"
		}
		row("runs until", instant(s.RunsUntil)+" without another "+by)
	}
	if s.HeartbeatDue {
		row("heartbeat", "due")
	}
}

func set(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func expires(t time.Time) string {
	if t.Year() >= 9999 { // how the protocol says perpetual
		return "never"
	}
	return instant(t)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func features(all []client.Feature) (names []string) {
	for _, f := range all {
		if f.IsActive {
			names = append(names, f.Name)
		}
	}
	return names
}

// remaining is what is left of the limits that are consumed: of a licence that is not valid,
// as it was last said.
func remaining(licence *client.Client, s client.Status) map[string]float64 {
	left := map[string]float64{}
	if s.License == nil {
		return left
	}
	for _, l := range s.License.Limitations {
		if l.Remaining == nil {
			continue
		}
		left[l.Name] = *l.Remaining
		if n, known := licence.Remaining(l.Name); known && !math.IsInf(n, 1) {
			left[l.Name] = n
		}
	}
	return left
}

func limits(all []client.Limitation, left map[string]float64) (texts []string) {
	for _, l := range all {
		text := l.Name + " unlimited"
		if l.Value != nil {
			text = l.Name + " " + strconv.FormatFloat(*l.Value, 'f', -1, 64)
			if n, consumed := left[l.Name]; consumed {
				text += " (" + strconv.FormatFloat(n, 'f', -1, 64) + " left)"
			}
		}
		texts = append(texts, text)
	}
	return texts
}
