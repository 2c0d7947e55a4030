package prepaid

import (
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

type changedCard struct {
	Number        string `json:"number"`
	Status        string `json:"status" enum:"unused,inactive,in_use,deactivated,expired"`
	Locked        bool   `json:"locked"`
	TotalDays     int64  `json:"total_days"`
	AvailableDays int64  `json:"available_days"`
}

type changedCards struct {
	Cards []changedCard `json:"cards" nullable:"false"`
}

type standingDevice struct {
	Number      string     `json:"number"`
	UsableUntil *time.Time `json:"usable_until" doc:"null: it never had a paid day"`
	Blacklisted bool       `json:"blacklisted"`
}

type boundCard struct {
	Card   changedCard    `json:"card"`
	Device standingDevice `json:"device"`
}

type cardBind struct {
	Card   string     `json:"card" minLength:"1" maxLength:"200" doc:"its number, in any writing"`
	Device string     `json:"device" minLength:"1" maxLength:"200" doc:"its number, in any writing"`
	From   *time.Time `json:"from,omitempty" doc:"when a device that never reported is first due; at its first report if left out"`
}

type oneCard struct {
	Card string `json:"card" minLength:"1" maxLength:"200" doc:"its number, in any writing"`
}

type manyCards struct {
	Cards []string `json:"cards" minItems:"1" maxItems:"2000" nullable:"false" doc:"numbers, each once, of one owner: all of them or none"`
}

type cardTopUp struct {
	Card string `json:"card" minLength:"1" maxLength:"200"`
	Days int64  `json:"days" minimum:"1" maximum:"100000"`
}

type cardFilter struct {
	Number        string     `json:"number,omitempty" maxLength:"200"`
	LicenseCode   string     `json:"license_code,omitempty" maxLength:"200"`
	MinDays       *int64     `json:"available_days_min,omitempty" minimum:"0"`
	MaxDays       *int64     `json:"available_days_max,omitempty" minimum:"0"`
	ActivatedFrom *time.Time `json:"activated_from,omitempty"`
	ActivatedTo   *time.Time `json:"activated_to,omitempty"`
	Device        string     `json:"device,omitempty" maxLength:"200"`
	Status        string     `json:"status,omitempty" enum:"unused,inactive,in_use,deactivated,expired"`
	Locked        *bool      `json:"locked,omitempty"`
	Bound         *bool      `json:"bound,omitempty"`
	BatchID       ident.UUID `json:"batch_id,omitempty" format:"uuid"`
}

func (f *cardFilter) read() prepaid.CardFilter {
	if f == nil {
		return prepaid.CardFilter{}
	}
	read := prepaid.CardFilter{
		Number: f.Number, Code: f.LicenseCode, MinDays: f.MinDays, MaxDays: f.MaxDays, Device: f.Device, Status: prepaid.Status(f.Status),
		Locked: f.Locked, IsBound: f.Bound, OfBatch: idOf(f.BatchID),
	}
	if f.ActivatedFrom != nil {
		read.From = *f.ActivatedFrom
	}
	if f.ActivatedTo != nil {
		read.To = *f.ActivatedTo
	}
	return read
}

type cardSale struct {
	Cards          []string    `json:"cards,omitempty" maxItems:"2000" doc:"numbers, each once, of one owner; else filter and count choose"`
	Filter         *cardFilter `json:"filter,omitempty" doc:"with count: among which cards; all of the seller's if left out"`
	Count          int64       `json:"count,omitempty" minimum:"1" maximum:"1000000" doc:"how many of those that can be sold: Unused before Deactivated, then by number. Needs an Idempotency-Key"`
	FromCustomerID ident.UUID  `json:"from_customer_id,omitempty" format:"uuid" doc:"with count, for staff: whose cards; the vendor's stock if left out"`
	CustomerID     ident.UUID  `json:"customer_id" format:"uuid" doc:"who gets them: directly below their owner"`
}

type cardsSold struct {
	Count int64         `json:"count"`
	Days  int64         `json:"days" doc:"left on them"`
	Cards []changedCard `json:"cards" nullable:"false" doc:"none where an order hands them over"`
	Order *order        `json:"order,omitempty" doc:"of more than 2,000 cards, which can be followed"`
}

func showChanged(cards ...prepaid.Card) changedCards {
	shown := changedCards{Cards: []changedCard{}}
	for _, c := range cards {
		shown.Cards = append(shown.Cards, changedCard{c.Number, string(c.Status()), c.Locked, c.Total, c.Days})
	}
	return shown
}

func showStanding(d prepaid.Device) standingDevice {
	return standingDevice{d.Number, value.TimeOrNil(d.UsableUntil), d.Dark != prepaid.NotDark}
}

// act makes an operation on cards.
func act[In, Out any](
	m *operation.Maker, d door, path, id, summary, about string, queries []operation.Query,
	fn func(t tx.Tx, q *operation.Request, by prepaid.By, in In) (Out, error),
) operation.Operation {
	return operation.Change(m, operation.Operation{
		Method: http.MethodPost, Path: "/prepaid/" + path, ID: id, Group: group, Summary: summary, About: d.say(about),
		Queries: d.with(queries...), Permission: identity.ManagePrepaid, Status: http.StatusOK,
	}, func(t tx.Tx, q *operation.Request, in In) (Out, error) {
		by, err := d.in(t, q)
		if err != nil {
			return *new(Out), err
		}
		return fn(t, q, by, in)
	})
}

func (a *Area) acts(m *operation.Maker, d door) []operation.Operation {
	onMany := func(path, id, summary, about string, fn func(t tx.Tx, by prepaid.By, numbers []string) ([]prepaid.Card, error)) operation.Operation {
		return act(m, d, path, id, summary, about, nil, func(t tx.Tx, _ *operation.Request, by prepaid.By, in manyCards) (changedCards, error) {
			cards, err := fn(t, by, in.Cards)
			return showChanged(cards...), err
		})
	}
	return []operation.Operation{
		act(m, d, "cards/bind", "bind-card", "Bind a card to a device",
			"The device is the card's owner's, or of a customer below it: the card then passes down to the device's owner, with one transfer for each level.",
			nil, a.bind),
		act(m, d, "cards/bind-many", "bind-cards", "Bind many cards to devices",
			"All of them, or none: a refusal names each line that can't be bound. "+
				"A pair without a card takes the oldest Unused card of the device's owner that fits.",
			nil, a.bindMany),
		act(m, d, "cards/unbind", "unbind-card", "Take a card off its device", "What was paid stays with the device.", nil,
			func(t tx.Tx, _ *operation.Request, by prepaid.By, in oneCard) (changedCards, error) {
				c, err := a.Prepaid.Unbind(t, by, in.Card)
				return showChanged(c), err
			}),
		onMany("cards/lock", "lock-cards", "Lock cards", "Unused cards only. A locked card can neither be sold nor bound.",
			func(t tx.Tx, by prepaid.By, numbers []string) ([]prepaid.Card, error) {
				return a.Prepaid.SetLock(t, by, numbers, true)
			}),
		onMany("cards/unlock", "unlock-cards", "Unlock cards", "",
			func(t tx.Tx, by prepaid.By, numbers []string) ([]prepaid.Card, error) {
				return a.Prepaid.SetLock(t, by, numbers, false)
			}),
		act(m, d, "cards/sell", "sell-cards", "Sell cards to a direct sub-customer",
			"The vendor's stock goes to customers without a superior. All of the cards go, or none.", nil, a.sell),
		onMany("cards/return", "return-cards", "Return cards to the direct superior of their owner",
			"Those of a customer without a superior go to the vendor's stock.", a.Prepaid.Return),
		act(m, d, "cards/top-up", "top-up-card", "Put more days on a card", "Needs an Idempotency-Key. A device that it lifts is due at once.", nil,
			func(t tx.Tx, q *operation.Request, by prepaid.By, in cardTopUp) (changedCards, error) {
				if err := q.NeedKey(); err != nil {
					return changedCards{}, err
				}
				c, err := a.Prepaid.TopUp(t, by, in.Card, in.Days)
				return showChanged(c), err
			}),
		onMany("cards/withdraw", "withdraw-cards", "Take the days left of cards back", "A bound card leaves its device.", a.Prepaid.Withdraw),
	}
}

func (a *Area) bind(t tx.Tx, _ *operation.Request, by prepaid.By, in cardBind) (boundCard, error) {
	c := prepaid.BindCommand{Card: in.Card, Device: in.Device}
	if in.From != nil {
		c.From = *in.From
	}
	card, device, err := a.Prepaid.Bind(t, by, c)
	if err != nil {
		return boundCard{}, err
	}
	return boundCard{showChanged(card).Cards[0], showStanding(device)}, nil
}

func (a *Area) sell(t tx.Tx, q *operation.Request, by prepaid.By, in cardSale) (cardsSold, error) {
	c := prepaid.SellCommand{Cards: in.Cards, Filter: in.Filter.read(), Count: in.Count, To: in.CustomerID}
	if len(in.Cards) == 0 {
		if err := q.NeedKey(); err != nil {
			return cardsSold{}, err
		}
	}
	if !in.FromCustomerID.IsZero() {
		from, err := a.Prepaid.CustomerSeen(t, by, in.FromCustomerID)
		if err != nil {
			return cardsSold{}, err
		}
		c.From = from.ID
	}
	sold, err := a.Prepaid.Sell(t, by, c)
	if err != nil {
		return cardsSold{}, err
	}
	answer := cardsSold{Count: int64(len(sold.Cards)), Days: sold.Days, Cards: showChanged(sold.Cards...).Cards}
	if sold.Order != nil {
		answer.Order, answer.Count = showOrder(*sold.Order), sold.Order.Wanted
	}
	return answer, nil
}
