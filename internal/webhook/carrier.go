package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/outbound"
	"chancery/internal/outbox"
)

// keep is how much of a request and of an answer is kept, in bytes.
const keep = 4 << 10

// Config is what a carrier needs.
type Config struct {
	Client *http.Client // of package outbound
	Sealer outbox.Sealer
	Clock  ident.Clock
}

// Carrier posts items to webhooks. It implements outbox.Carrier.
type Carrier struct{ Config }

var _ outbox.Carrier = Carrier{}

// New checks the configuration and makes a carrier.
func New(c Config) (Carrier, error) {
	if c.Client == nil || c.Sealer == nil || c.Clock == nil {
		return Carrier{}, errors.New("webhook: Client, Sealer and Clock are needed")
	}
	return Carrier{c}, nil
}

// message is the body of a delivery: the form of Standard Webhooks, and where it
// stands among the others of its stream.
type message struct {
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"` // of the event, not of the attempt
	Sequence  int64           `json:"sequence"`
	Stream    ident.UUID      `json:"stream"`
	Data      json.RawMessage `json:"data"`
}

// Carry implements outbox.Carrier: a delivery is what was answered with 2xx.
func (c Carrier) Carry(ctx context.Context, p outbox.Parcel) outbox.Receipt {
	began := c.Clock.Now()
	r := c.carry(ctx, p, began)
	r.Attempt.Took = max(c.Clock.Now().Sub(began), 0)
	return r
}

func (c Carrier) carry(ctx context.Context, p outbox.Parcel, now time.Time) outbox.Receipt {
	item := p.Item
	body, err := json.Marshal(message{item.Event, item.At, item.ID, item.Stream, json.RawMessage(item.Payload)})
	if err != nil {
		return failed("the event could not be encoded")
	}
	secrets, err := p.Subscription.Secrets.Open(c.Sealer, p.Vendor, p.Subscription.UUID, p.At)
	if err != nil {
		return failed(fault.As(err).Message)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Subscription.Target, bytes.NewReader(body))
	if err != nil {
		return failed("the address is no URL")
	}
	id := item.MessageID()
	request.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"Chancery"},
		"Webhook-Id": {id}, "Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)},
		"Webhook-Signature": {Sign(id, now, body, secrets...)},
	}
	a := outbox.Attempt{Request: written(request, body)}
	answer, err := c.Client.Do(request)
	if err != nil {
		a.Error = sentence(outbound.Reason(err))
		return outbox.Receipt{Attempt: a}
	}
	defer func() { _ = answer.Body.Close() }() // all of it that counts was read
	text, err := io.ReadAll(answer.Body)
	a.Status, a.Response = answer.StatusCode, read(answer, text)
	// Whoever answered 2xx has taken it, however long the rest.
	if a.Status >= 200 && a.Status <= 299 {
		return outbox.Receipt{Delivered: true, Attempt: a}
	}
	switch {
	case a.Status >= 300 && a.Status <= 399:
		a.Error = fmt.Sprintf("The receiver answered %d; redirects are not followed.", a.Status)
	case a.Status == http.StatusGone: // as Standard Webhooks has it
		a.Error = "The receiver answered 410: it wants nothing any more, so the webhook was switched off."
		return outbox.Receipt{Gone: true, Attempt: a}
	case err != nil:
		a.Error = sentence(outbound.Reason(err))
	default:
		a.Error = fmt.Sprintf("The receiver answered %d.", a.Status)
	}
	return outbox.Receipt{RetryAfter: retryAfter(answer.Header.Get("Retry-After"), now), Attempt: a}
}

func failed(why string) outbox.Receipt {
	return outbox.Receipt{Attempt: outbox.Attempt{Error: sentence(why)}}
}

func sentence(clause string) string {
	return strings.ToUpper(clause[:1]) + strings.TrimSuffix(clause[1:], ".") + "."
}

// retryAfter reads seconds or a date; 0 when there is neither.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n > 0 && n < 1<<20 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// written is the request as it is kept: the signature would let whoever reads it
// send the message once more within the receiver's tolerance.
func written(r *http.Request, body []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s\n", outbox.Shown(r.URL.String()))
	for _, name := range []string{"Content-Type", "User-Agent", "Webhook-Id", "Webhook-Timestamp"} {
		fmt.Fprintf(&b, "%s: %s\n", strings.ToLower(name), r.Header.Get(name))
	}
	b.WriteString("webhook-signature: (left out)\n\n")
	b.Write(body)
	return cut(b.String())
}

// read is the answer as it is kept: of its head only what helps, and no cookies.
func read(a *http.Response, body []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d\n", a.Proto, a.StatusCode)
	for _, name := range []string{"Content-Type", "Date", "Retry-After", "Server", "Location"} {
		if v := a.Header.Get(name); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", strings.ToLower(name), v)
		}
	}
	b.WriteString("\n")
	b.Write(body)
	return cut(b.String())
}

// cut makes valid text of at most keep bytes: databases refuse anything else.
func cut(s string) string {
	if len(s) > keep {
		s = s[:keep] + "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
