package app

import (
	"chancery/internal/outbound"
	"chancery/internal/outbox"
	"chancery/internal/webhook"
)

// newCourier makes what delivers the outbox.
func newCourier(c Config, r *Rooms) (*outbox.Courier, error) {
	hooks, err := webhook.New(webhook.Config{
		Client: outbound.New(outbound.Config{Allow: c.AllowOutbound}), Sealer: r.sealer, Clock: r.Clock,
	})
	if err != nil {
		return nil, err
	}
	return outbox.NewCourier(outbox.CourierConfig{
		Queue: r.OutboxRows, Runner: r.DB, Clock: r.Clock, Log: c.Log,
		Carriers: map[outbox.Kind]outbox.Carrier{outbox.Webhook: hooks, outbox.Mail: eventMails{r.Mails, r.DB}},
	})
}
