package wiring

import (
	"net/netip"

	"chancery/internal/outbound"
	"chancery/internal/outbox"
	"chancery/internal/webhook"
)

// NewCourier makes what delivers the outbox; allow lists networks that webhooks may be in
// although these are not of the public internet.
func (r *Rooms) NewCourier(allow []netip.Prefix) (*outbox.Courier, error) {
	hooks, err := webhook.New(webhook.Config{
		Client: outbound.New(outbound.Config{Allow: allow}), Sealer: r.sealer, Clock: r.Clock,
	})
	if err != nil {
		return nil, err
	}
	return outbox.NewCourier(outbox.CourierConfig{
		Queue: r.OutboxRows, Runner: r.DB, Clock: r.Clock, Log: r.log,
		Carriers: map[outbox.Kind]outbox.Carrier{outbox.Webhook: hooks, outbox.Mail: eventMails{r.Mails, r.DB}},
	})
}
