package wiring

import (
	"fmt"
	"strconv"

	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
)

// CardMails tells the people of customers by mail what prepaid announces.
type CardMails struct{ Mails *mailing.Service }

var _ prepaid.Notices = CardMails{}

// Low implements prepaid.Notices.
func (m CardMails) Low(t tx.Tx, v ident.VendorID, c prepaid.Customer, r prepaid.Reminder) error {
	some := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	low := c.Low()
	return m.Mails.Tell(t, v, "", mailing.Message{
		Kind: mailing.PrepaidLow, Customer: c.UUID, Key: fmt.Sprintf("%s:%s:%d", mailing.PrepaidLow, c.UUID, r.Day),
		Data: mailing.Data{
			Customer: c.Name, LowCards: some(r.Low), LowDays: some(low.Days), VeryLowCards: some(r.VeryLow), VeryLowDays: some(low.VeryLow),
			SpentCards: some(r.Spent), DarkDevices: some(r.DarkSoon),
		},
	})
}
