package clientcmd

import (
	"encoding/json"
	"fmt"
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
}

func (c *Connection) print(io *IO, done, clientID string, s client.Status) error {
	if c.JSON {
		encoder := json.NewEncoder(io.Stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(report{
			State: s.State, Valid: s.Valid(), Message: s.Message, ClientID: clientID,
			AnsweredAt: set(s.AnsweredAt), RunsUntil: set(s.RunsUntil), HeartbeatDue: s.HeartbeatDue,
			Refusal: s.Refusal, License: s.License,
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
	row("client", clientID)
	if s.License != nil {
		c.licence(s, row)
	}
	return table.Flush()
}

// licence prints what the licence is.
func (c *Connection) licence(s client.Status, row func(name, value string)) {
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
	row("limits", strings.Join(limits(l.Limitations), ", "))
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

func limits(all []client.Limitation) (texts []string) {
	for _, l := range all {
		text := l.Name + " unlimited"
		if l.Value != nil {
			text = l.Name + " " + strconv.FormatFloat(*l.Value, 'f', -1, 64)
			if l.Remaining != nil {
				text += " (" + strconv.FormatFloat(*l.Remaining, 'f', -1, 64) + " left)"
			}
		}
		texts = append(texts, text)
	}
	return texts
}
