package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/webhooks"
)

func (a *App) consoleWebhooks(f *web.Face) ([]edge.Route, error) {
	p, err := webhooks.New(webhooks.Config{
		Face: f, Subscriptions: seenSubscriptions{a.rooms.Subscriptions, a.rooms.OutboxRows}, Rows: seenDeliveries{a.rooms.OutboxRows},
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
