package slascone

import (
	"math"
	"net/http"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// maxEntries bounds the entries of one call.
const maxEntries = 100

// consumption is the answer to an entry. A null transaction_id: nothing was
// counted, and reason (ours) says why.
type consumption struct {
	TransactionID *ident.UUID `json:"transaction_id"`
	LimitationID  ident.UUID  `json:"limitation_id"`
	Remaining     quantity    `json:"remaining"`
	Balance       quantity    `json:"balance"`
	Limit         int64       `json:"limit"`
	Goodwill      int         `json:"goodwill"`
	LastReset     *instant    `json:"last_reset_date_utc"`
	NextReset     *instant    `json:"next_reset_date_utc"`
	Reason        *string     `json:"reason"`
}

// unlimited is what a limitation without a limit answers, in whole units: the
// protocol's types take no null here, and some clients read them into 32 bits.
const unlimited = math.MaxInt32

func consumptionOf(c metering.Consumption) consumption {
	out := consumption{
		LimitationID: c.Limitation, Remaining: unlimited * terms.Unit, Balance: unlimited * terms.Unit, Limit: unlimited,
		Goodwill: c.GoodwillPercent, LastReset: when(c.Period.StartedAt), NextReset: when(c.Period.EndsAt), Reason: text(string(c.Refused)),
	}
	if c.Limit != nil {
		out.Remaining, out.Balance, out.Limit = quantity(*c.Remaining()), quantity(*c.Balance()), wholeUnits(*c.Limit)
	}
	if !c.Transaction.IsZero() {
		out.TransactionID = &c.Transaction
	}
	return out
}

type consumeBody struct {
	ClientID string  `json:"client_id"`
	TokenKey sentKey `json:"token_key"`
	Entries  []struct {
		LimitationID ident.UUID `json:"limitation_id"`
		Value        amount     `json:"value"`
		UserID       string     `json:"user_id"`
		ExternalID   string     `json:"external_id"`
		Timestamp    timestamp  `json:"timestamp_utc"`
	} `json:"consumption_heartbeat"`
}

func (b *consumeBody) command(q *request) (metering.ConsumeCommand, error) {
	b.ClientID = q.id("client_id", b.ClientID)
	q.list("consumption_heartbeat", len(b.Entries), maxEntries)
	q.wrong.Check(len(b.Entries) > 0, "consumption_heartbeat", "is required")
	c := metering.ConsumeCommand{Vendor: q.principal.Vendor, ClientID: b.ClientID, TokenKey: b.TokenKey.UUID, Prove: metering.Prove(q.proof())}
	for _, e := range b.Entries[:min(len(b.Entries), maxEntries)] {
		q.uuid("consumption_heartbeat.limitation_id", e.LimitationID)
		q.wrong.Check(e.Value > 0, "consumption_heartbeat.value", "must be above 0")
		e.UserID = q.id("consumption_heartbeat.user_id", e.UserID)
		q.text("consumption_heartbeat.external_id", e.ExternalID, maxID)
		c.Entries = append(c.Entries, metering.Asked{
			Limitation: e.LimitationID, Value: int64(e.Value), UserID: e.UserID, ExternalID: e.ExternalID, SaidAt: e.Timestamp.Time,
		})
	}
	return c, q.refuse(b.TokenKey)
}

// consume is POST /data_gathering/consumption_heartbeats.
func (a *API) consume(w http.ResponseWriter, r *http.Request) error {
	var b consumeBody
	q, err := read(r, &b)
	if err != nil {
		return err
	}
	command, err := b.command(q)
	if err != nil {
		return err
	}
	if err := a.names(q, ident.UUID{}, command.ClientID, command.TokenKey); err != nil {
		return err
	}
	var counted []metering.Consumption
	var refused *refusal.Refusal
	if err := a.Runner.Run(r.Context(), func(t tx.Tx) (err error) {
		counted, refused, err = a.Meters.Consume(t, command)
		return err
	}); err != nil {
		return err
	}
	if refused == nil {
		a.served(q)
	}
	list := make([]consumption, len(counted))
	for i, c := range counted {
		list[i] = consumptionOf(c)
	}
	return a.sendMetered(w, q, list, refused)
}

func (a *API) sendMetered(w http.ResponseWriter, q *request, v any, refused *refusal.Refusal) error {
	if refused != nil {
		return a.sendRefusal(w, q, refused)
	}
	return a.sendJSON(w, q, v)
}

// rollback is POST /data_gathering/consumption_heartbeats/rollback. A program may
// take back its client's newest entry; an admin key any.
func (a *API) rollback(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		LimitationID  *ident.UUID `json:"limitation_id"`
		TransactionID ident.UUID  `json:"transaction_id"`
	}
	q, err := asked(r, &b, func(q *request) { q.uuid("transaction_id", b.TransactionID) })
	if err != nil {
		return err
	}
	var done metering.Consumption
	var refused *refusal.Refusal
	if err := a.Runner.Run(r.Context(), func(t tx.Tx) (err error) {
		refused = nil
		if q.principal.KeyKind == identity.Admin {
			done, err = a.Meters.Undo(t, q.principal.Vendor, b.TransactionID, "rolled back with an admin key")
			return err
		}
		done, refused, err = a.Meters.Rollback(t, metering.RollbackCommand{
			Vendor: q.principal.Vendor, Limitation: idOrZero(b.LimitationID), Transaction: b.TransactionID, Prove: metering.Prove(q.proof()),
		})
		return err
	}); err != nil {
		return err
	}
	return a.sendMetered(w, q, consumptionOf(done), refused)
}

// validateConsumption is POST /provisioning/validate/consumption. license_id is a
// full key, as in LicenseInfo; who may look licences up may send the licence's id.
func (a *API) validateConsumption(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		LicenseID    string     `json:"license_id"`
		LimitationID ident.UUID `json:"limitation_id"`
	}
	q, err := asked(r, &b, func(q *request) {
		q.key("license_id", b.LicenseID)
		q.uuid("limitation_id", b.LimitationID)
	})
	if err != nil {
		return err
	}
	l, refused, err := a.keyed(q, b.LicenseID)
	if err != nil {
		return err
	}
	if refused != nil {
		return a.sendRefusal(w, q, refused)
	}
	for _, k := range l.Terms().Grants.Limitations {
		if k.ID != b.LimitationID {
			continue
		}
		readings, err := a.Meters.Read(r.Context(), l.Vendor, l.ID, l.Terms().Grants.Limitations)
		if err != nil {
			return err
		}
		for _, reading := range readings {
			if reading.Limitation.ID == k.ID {
				return a.sendMetered(w, q, consumptionOf(reading.Consumption()), nil)
			}
		}
		return a.sendMetered(w, q, consumptionOf(metering.Consumption{Limitation: k.ID, Limit: whole(k.Limit)}), nil) // a static limit
	}
	return a.sendRefusal(w, q, refusal.Refuse(refusal.UnknownLimitation))
}

// keyed finds the licence that a full key leads to; who may look licences up may
// name it by its id.
func (a *API) keyed(q *request, text string) (*licensing.License, *refusal.Refusal, error) {
	presented, err := a.presented(q, text)
	if err != nil {
		return nil, nil, err
	}
	out, err := a.Licenses.Validate(q.Context(), q.principal.Vendor, presented)
	if err != nil || out.Refusal == nil {
		return out.State.License, nil, err
	}
	if !q.principal.May(identity.LookUpLicenses) || presented.UUID.IsZero() {
		return nil, out.Refusal, nil
	}
	l, err := a.LicenseRows.ByUUID(q.Context(), q.principal.Vendor, presented.UUID)
	return l, nil, err
}

func idOrZero(id *ident.UUID) ident.UUID {
	if id == nil {
		return ident.UUID{}
	}
	return *id
}

// success is the protocol's answer where there is nothing to say.
const success = `"Success."`

// stored answers that a session was closed, or that what a client reported was stored.
var stored = answer{ //nolint:gochecknoglobals // a constant of the protocol
	status: http.StatusOK, contentType: jsonType, body: []byte(success), constant: true,
}
