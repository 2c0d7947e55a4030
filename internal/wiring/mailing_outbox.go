package wiring

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"strconv"

	"chancery/internal/fault"
	"chancery/internal/mailing"
	"chancery/internal/outbound"
	"chancery/internal/outbox"
	"chancery/internal/tx"
	"chancery/internal/webhook"
)

// NewCourier makes what delivers the outbox; allow lists networks that webhooks may be in
// although these are not of the public internet.
func (r *Rooms) NewCourier(allow []netip.Prefix) (*outbox.Courier, error) {
	hooks, err := webhook.New(webhook.Config{
		Client: outbound.New(outbound.Config{Allow: allow}), Sealer: r.sealer, Clock: r.Clock.Real, // receivers judge by their own clocks how old a delivery is
	})
	if err != nil {
		return nil, err
	}
	return outbox.NewCourier(outbox.CourierConfig{
		Queue: r.OutboxRows, Service: r.Subscriptions, Runner: r.DB, Clock: r.Clock, Log: r.log,
		Carriers: map[outbox.Kind]outbox.Carrier{outbox.Webhook: hooks, outbox.Mail: eventMails{r.Mails, r.DB}},
	})
}

// eventMails carries items of subscriptions of the kind mail: each becomes one
// mail, however often it is carried.
type eventMails struct {
	mails  *mailing.Service
	runner tx.Runner
}

// Carry implements outbox.Carrier. What becomes of the mail is in the mail log.
func (e eventMails) Carry(ctx context.Context, p outbox.Parcel) outbox.Receipt {
	err := e.runner.Run(ctx, func(t tx.Tx) error {
		return e.mails.Queue(t, p.Vendor, mailing.Message{
			Kind: mailing.Event, To: p.Subscription.Target, Data: mailing.Data{Event: p.Item.Event, Payload: indented(p.Item.Payload)},
			Key: "event:" + p.Subscription.UUID.String() + ":" + strconv.FormatInt(p.Item.ID, 10) + ":" + strconv.FormatInt(p.Item.GiveUpAt.UnixMilli(), 10),
		})
	})
	if err != nil {
		return outbox.Receipt{Attempt: outbox.Attempt{Error: fault.As(err).Message}}
	}
	return outbox.Receipt{Delivered: true, Attempt: outbox.Attempt{Request: "mail to " + p.Subscription.Target}}
}

func indented(payload string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(payload), "", "  ") != nil {
		return payload
	}
	return b.String()
}
