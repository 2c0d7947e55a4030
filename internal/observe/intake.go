package observe

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// IntakeConfig is what the service needs.
type IntakeConfig struct {
	Store  IntakeStore
	Runner tx.Runner
	Clock  ident.Clock

	// Sold reports whether the vendor's catalogue has a product of this name; nil for never.
	// It recognises products where new names are not taken.
	Sold func(ctx context.Context, v ident.VendorID, product string) (bool, error)
}

// Intake takes what programs send. What it has accepted is durable.
type Intake struct{ c IntakeConfig }

// NewIntake makes the service.
func NewIntake(c IntakeConfig) (*Intake, error) {
	if c.Store == nil || c.Runner == nil || c.Clock == nil {
		return nil, errors.New("observe: Intake needs a store, a runner and a clock")
	}
	return &Intake{c}, nil
}

// MostEvents is how many events one call may bring.
const MostEvents = 1000

// Verdict says what became of an item.
type Verdict struct {
	ID     string // as it was sent
	Reason Reason // "" where it was accepted
}

// Take judges items of any kind but ends of sessions, and keeps those that are accepted: one verdict for each.
// A repeated item is accepted, and counts once. environment is the header that SDKs send with
// a session's first items; what is wrong with it refuses nothing.
func (i *Intake) Take(ctx context.Context, v ident.VendorID, sent []Sent, environment string) ([]Verdict, error) {
	g, err := i.gate(ctx, v)
	if err != nil {
		return nil, err
	}
	now := i.c.Clock.Now().UTC().Truncate(time.Millisecond)
	verdicts, batch, refused, err := g.judge(ctx, sent, now)
	if err != nil {
		return nil, err
	}
	where := environmentOf(environment)
	err = i.c.Runner.Run(ctx, func(t tx.Tx) error {
		where := where
		for _, it := range batch.Items {
			if it.What == SessionStart {
				if err := i.c.Store.Begin(t, v, Session{ID: it.Session, StartedAt: it.At, Item: it}); err != nil {
					return err
				}
			}
			if where != "" && !it.Session.IsZero() {
				if err := i.c.Store.Environment(t, v, it.Session, where); err != nil {
					return err
				}
				where = ""
			}
		}
		return i.keep(t, v, batch, refused)
	})
	return verdicts, err
}

// keep puts a batch into the inbox, as of the instant at which it was judged, and notes what was refused.
func (i *Intake) keep(t tx.Tx, v ident.VendorID, b Batch, refused []Refused) error {
	if len(refused) > 0 {
		if err := i.c.Store.Refuse(t, v, refused); err != nil {
			return err
		}
	}
	if b.Count() == 0 {
		return nil
	}
	return i.c.Store.Enqueue(t, v, b)
}

// End takes the end of a session. That of an unknown one makes it when it brings all that
// the start would have.
func (i *Intake) End(ctx context.Context, v ident.VendorID, sent Sent) (Verdict, error) {
	g, err := i.gate(ctx, v)
	if err != nil {
		return Verdict{}, err
	}
	now := i.c.Clock.Now().UTC().Truncate(time.Millisecond)
	end, reason := Judge(sent, now, g.oldest(now))
	var start Item
	if reason == "" && sent.Started.Given {
		begun := sent
		begun.What, begun.Time = SessionStart, sent.Started
		if start, reason = Judge(begun, now, g.oldest(now)); reason == "" {
			reason, err = g.recognise(ctx, []Item{start})
		}
	}
	if err != nil {
		return Verdict{}, err
	}
	verdict := Verdict{sent.ID.Text, reason}
	err = i.c.Runner.Run(ctx, func(t tx.Tx) error {
		verdict.Reason = reason
		if reason == "" {
			found, err := i.end(t, v, end, start, now)
			if err != nil || found {
				return err
			}
			verdict.Reason = SessionNotFound
		}
		return i.c.Store.Refuse(t, v, []Refused{refusedOf(sent, verdict.Reason, now)})
	})
	return verdict, err
}

// end notes the end of a session; found is false where there is none, and start makes none.
func (i *Intake) end(t tx.Tx, v ident.VendorID, end, start Item, now time.Time) (found bool, err error) {
	b := Batch{Received: now}
	session, found, err := i.c.Store.SessionOf(t, v, end.Session)
	switch {
	case err != nil:
		return false, err
	case found && !session.EndedAt.IsZero():
		return true, nil
	case found:
		start = session.Item
	case start.Actor == "":
		return false, nil
	default:
		if err := i.c.Store.Begin(t, v, Session{ID: end.Session, StartedAt: start.At, Item: start}); err != nil {
			return false, err
		}
		b.Items = append(b.Items, start)
	}
	if err := i.c.Store.End(t, v, end.Session, end.At, end.Name); err != nil {
		return false, err
	}
	end.Actor, end.Product, end.Version, end.Account, end.License = start.Actor, start.Product, start.Version, start.Account, start.License
	b.Items = append(b.Items, end)
	return true, i.keep(t, v, b, nil)
}

// Identify joins an anonymous actor to an identified one, for all time.
func (i *Intake) Identify(ctx context.Context, v ident.VendorID, sent Sent, anonymous, identified Field) (Reason, error) {
	now := i.c.Clock.Now().UTC().Truncate(time.Millisecond)
	from, ok1 := identifier(anonymous, mostActor)
	to, ok2 := identifier(identified, mostActor)
	at, timed := moment(sent.Time)
	var wrong, reason Reason
	switch {
	case sent.Broken:
		wrong = InvalidEvent
	case !ok1 || !ok2 || Nobody(from) || Nobody(to):
		wrong = InvalidActorID
	case !timed:
		wrong = InvalidTimestamp
	}
	err := i.c.Runner.Run(ctx, func(t tx.Tx) (err error) {
		if reason = wrong; reason == "" {
			reason, err = i.join(t, v, from, to, at, now)
		}
		if err == nil && reason != "" {
			err = i.c.Store.Refuse(t, v, []Refused{refusedOf(sent, reason, now)})
		}
		return err
	})
	return reason, err
}

func (i *Intake) join(t tx.Tx, v ident.VendorID, from, to string, at, now time.Time) (Reason, error) {
	joins, err := i.c.Store.LockJoins(t, v)
	if err != nil {
		return "", err
	}
	links, err := i.c.Store.Links(t, v, from, to)
	if err != nil {
		return "", err
	}
	switch Joined(from, to, links) {
	case JoinNothing:
		return "", nil
	case JoinConflict:
		return IdentityAlreadyLinks, nil
	case JoinThem:
	}
	if joins >= MostNames(Actor) {
		return TooManyActors, nil
	}
	root := to
	if l, linked := links[to]; linked {
		root = l.Root
	}
	if err := i.c.Store.Link(t, v, from, Link{to, root, at.UnixMilli()}); err != nil {
		return "", err
	}
	return "", i.c.Store.Enqueue(t, v, Batch{Received: now, Joins: []Join{{from, to}}})
}

// mostEnvironment bounds what a session says of where it runs, in bytes.
const mostEnvironment = 2 << 10

// environmentOf reads the header X-Environment-Data: base64 of a JSON object of texts and
// numbers. It gives "" for what is none.
func environmentOf(header string) string {
	if header == "" || len(header) > mostEnvironment*4/3+4 {
		return ""
	}
	raw, err := base64.StdEncoding.DecodeString(header)
	if err != nil || len(raw) > mostEnvironment {
		return ""
	}
	var fields map[string]any
	if json.Unmarshal(raw, &fields) != nil {
		return ""
	}
	kept := map[string]any{}
	for name, value := range fields {
		switch said := value.(type) {
		case string:
			kept[readable(name)] = readable(said)
		case float64:
			kept[readable(name)] = said
		}
	}
	b, err := json.Marshal(kept)
	if err != nil || len(kept) == 0 {
		return ""
	}
	return string(b)
}

func refusedOf(s Sent, reason Reason, now time.Time) Refused {
	bounded := func(f Field, most int) string {
		r := []rune(readable(trim(f.Text)))
		return string(r[:min(len(r), most)])
	}
	return Refused{
		Received: now, What: s.What, Reason: reason, Product: bounded(s.Product, mostProduct), Version: bounded(s.Version, mostVersion), Payload: s.Payload,
	}
}

// gate is what items of a vendor are judged by.
type gate struct {
	i        *Intake
	v        ident.VendorID
	settings Settings
	state    State
}

func (i *Intake) gate(ctx context.Context, v ident.VendorID) (gate, error) {
	settings, err := i.c.Store.Settings(ctx, v)
	if err != nil {
		return gate{}, err
	}
	state, err := i.c.Store.State(ctx, v)
	return gate{i, v, settings, state}, err
}

func (g gate) oldest(now time.Time) time.Time { return Oldest(g.settings, g.state, now) }

// judge judges items, first each by itself, and then whether their names are known where
// that matters.
func (g gate) judge(ctx context.Context, sent []Sent, now time.Time) (verdicts []Verdict, b Batch, refused []Refused, err error) {
	b.Received = now
	items := make([]Item, len(sent))
	verdicts = make([]Verdict, len(sent))
	var good []Item
	for n, s := range sent {
		verdicts[n].ID = s.ID.Text
		if items[n], verdicts[n].Reason = Judge(s, now, g.oldest(now)); verdicts[n].Reason == "" {
			good = append(good, items[n])
		}
	}
	unknown, err := g.unknown(ctx, good)
	if err != nil {
		return nil, b, nil, err
	}
	for n, s := range sent {
		if verdicts[n].Reason == "" {
			verdicts[n].Reason = unknown.of(items[n])
		}
		if verdicts[n].Reason == "" {
			b.Items = append(b.Items, items[n])
		} else {
			refused = append(refused, refusedOf(s, verdicts[n].Reason, now))
		}
	}
	return verdicts, b, refused, nil
}

// recognise is why one of some items names what may not be named.
func (g gate) recognise(ctx context.Context, items []Item) (Reason, error) {
	unknown, err := g.unknown(ctx, items)
	for _, it := range items {
		if r := unknown.of(it); r != "" {
			return r, err
		}
	}
	return "", err
}

// strangers are names that are refused, and why.
type strangers map[Named]Reason

func (u strangers) of(it Item) Reason {
	if len(u) == 0 {
		return ""
	}
	for _, n := range namesOf(it) {
		if r := u[n]; r != "" {
			return r
		}
	}
	return ""
}

func namesOf(it Item) []Named {
	return []Named{{Kind: Product, Name: it.Product}, {Kind: Actor, Name: it.Actor}, {Kind: License, Name: it.License}, {Kind: Account, Name: it.Account}}
}

// unknown finds the names that items may not bring: of a kind of which there are as many as
// are kept, or of products while new ones are not taken. Mostly it asks nothing.
func (g gate) unknown(ctx context.Context, items []Item) (strangers, error) {
	var asked []Named
	for _, it := range items {
		for _, n := range namesOf(it) {
			full := g.state.Names[n.Kind] >= MostNames(n.Kind)
			if n.Name != "" && (full || n.Kind == Product && g.settings.KnownOnly) {
				asked = append(asked, n)
			}
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	slices.SortFunc(asked, compareNames)
	asked = slices.Compact(asked)
	found, err := g.i.c.Store.Known(ctx, g.v, asked)
	if err != nil {
		return nil, err
	}
	refused := strangers{}
	for _, n := range asked {
		if slices.ContainsFunc(found, func(f Named) bool { return f.Kind == n.Kind && f.Name == n.Name }) {
			continue
		}
		refused[n] = n.Kind.refusal()
		if g.state.Names[n.Kind] < MostNames(n.Kind) {
			refused[n] = UnrecognizedProduct
			sold, err := g.sold(ctx, n.Name)
			if err != nil {
				return nil, err
			}
			if sold {
				delete(refused, n)
			}
		}
	}
	return refused, nil
}

func (g gate) sold(ctx context.Context, product string) (bool, error) {
	if g.i.c.Sold == nil {
		return false, nil
	}
	return g.i.c.Sold(ctx, g.v, product)
}

// ErrTooManyEvents refuses a call that brings more events than one may.
func ErrTooManyEvents() *fault.Error {
	return &fault.Error{
		Kind: fault.TooLarge, Code: "too_many_events", Message: "A batch may hold 1,000 events.", Help: "Send them in several calls.",
	}
}
