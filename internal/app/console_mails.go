package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/mails"
)

func (a *App) consoleMails(f *web.Face) ([]edge.Route, error) {
	p, err := mails.New(mails.Config{
		Face: f, Mails: seenMails{a.rooms.Mails}, Rows: seenMailLog{a.rooms.MailRows}, Sends: a.c.SMTP != nil, From: a.c.MailFrom, Links: a.c.PublicURL != nil,
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
