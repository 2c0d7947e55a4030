package demo

import (
	"fmt"
	"math"
	"slices"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Crowd is how many licences there are by default beside those whose stories the
// services live through. They are planned as they stand now, with what led to it,
// and stored many rows at a time: the rules would take minutes.
const Crowd = 10_000

// The crowd's licences are issued in working hours, and stored in the evening of
// their day; those with a story are issued after that: lists go by when a row was
// stored, and say when it was made.
const (
	opening = 7 * time.Hour
	closing = 19 * time.Hour
	eve     = 61 * time.Minute // how long before the demo begins the last is stored
)

// recent is how far back heartbeats are told one by one.
const recent = 90 * 24 * time.Hour

// crowd is all that is stored at once.
type crowd struct {
	*historian

	editions  map[ident.UUID]*stocked
	customers map[string]*licensing.Customer
	days      map[int64]*day // by the day's number
}

// stocked is an edition as licences refer to it.
type stocked struct {
	edition *licensing.Edition
	product *licensing.Product
	end     time.Time

	releases releases
}

// day is what happened on one day.
type day struct {
	licenses    []*licensing.License
	tokens      []*pastToken
	activations []*pastClient
	heartbeats  []pastBeat
	denials     []pastDenial
}

type pastToken struct {
	licensing.Token

	of *licensing.License
}

type pastClient struct {
	licensing.PastActivation

	of    *licensing.License
	token *pastToken
}

type pastBeat struct {
	of     *pastClient
	at     time.Time
	count  int64
	client *licensing.Client
}

type pastDenial struct {
	of     *licensing.License
	reason int
	at     time.Time
	times  int
}

// planCrowd plans all and lets it happen day by day, among what else happens.
func (h *historian) planCrowd() {
	c := &crowd{historian: h, editions: map[ident.UUID]*stocked{}, customers: map[string]*licensing.Customer{}, days: map[int64]*day{}}
	for _, sold := range h.assortment() {
		c.editions[sold.edition.UUID] = &stocked{edition: past(sold.edition), product: &licensing.Product{}, end: h.end, releases: sold.releases}
	}
	for n := range h.c.Crowd {
		c.planOne(n)
	}
	numbers := make([]int64, 0, len(c.days))
	for number := range c.days {
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	for _, number := range numbers {
		when := earliest(time.Unix(number*86_400, 0).Add(closing), h.end.Add(-eve))
		h.at(when, tx.Actor{Kind: "system", Name: "Demo sales"}, func(t tx.Tx) error { return c.store(t, c.days[number]) })
	}
	h.facts.Licenses += h.c.Crowd
	for _, d := range c.days {
		h.facts.Activations += len(d.activations)
	}
}

// past gives what the licences of the crowd need of an edition; the rest is looked
// up when the first of them is stored.
func past(e catalog.Edition) *licensing.Edition {
	return &licensing.Edition{UUID: e.UUID, Name: e.Name, Mode: e.Mode, ClientType: e.ClientType, LicenseType: e.LicenseType, Policy: e.Policy}
}

func (c *crowd) on(at time.Time) *day {
	number := licensing.DayOf(at)
	if c.days[number] == nil {
		c.days[number] = &day{}
	}
	return c.days[number]
}

// clampPast keeps an instant in the past, but for the demo's last hour.
func (c *crowd) clampPast(t time.Time) time.Time {
	if last := c.end.Add(-time.Hour); t.After(last) {
		return last
	}
	return t
}

// working moves an instant into the working hours of its day, and keeps it in the past.
func (c *crowd) working(t time.Time) time.Time {
	day, last := t.UTC().Truncate(24*time.Hour), c.end.Add(-eve-time.Minute)
	since := t.Sub(day)
	if at := day.Add(opening + since/2); at.Before(last) {
		return at
	}
	return last.Add((since - 24*time.Hour) / 6) // within the last hours
}

// planOne plans a licence and its clients.
func (c *crowd) planOne(n int) {
	// A few customers hold many licences, and business grows.
	buyer := c.buyers[int(math.Pow(c.rand.Float64(), 1.7)*float64(len(c.buyers)))]
	sold := c.assortment()[pick(c.rand.IntN(100), c.assortment())]
	span := c.end.Sub(buyer.since)
	issued := buyer.since.Add(time.Duration(math.Sqrt(c.rand.Float64()) * float64(span)))
	if sold.edition.Policy.TrialDays > 0 {
		issued = later(buyer.since, c.end.Add(-time.Duration(c.rand.Int64N(int64(days(130))))))
	}
	issued = c.working(issued)
	s := c.editions[sold.edition.UUID]
	l := &licensing.License{
		UUID: c.c.IDs.V7(), Vendor: c.c.Vendor, Edition: s.edition, LicenseKey: c.c.IDs.V4(), Name: sold.edition.Name + ", " + desk(n),
		IsActive: c.rand.IntN(40) != 0, IsTemporary: n%97 == 12 && sold.edition.Mode == terms.Named, Revision: 1, CreatedAt: issued, UpdatedAt: issued,
	}
	l.Customer.CompanyName = buyer.name
	if sold.edition.ProductUUID == c.facts.ProductID {
		l.PrintedKey = licensing.PrintedKeyOf(c.c.IDs)
	}
	if n%25 == 7 {
		l.LegacyKey = fmt.Sprintf("OLD-%06d", 100000+n)
	}
	if n%60 == 5 {
		more := sold.edition.Policy.TokenLimit + 2
		l.Overrides = &terms.Overrides{TokenLimit: &more}
	}
	if n%149 == 5 {
		l.StartsAt = startOfDay(c.end.Add(days(14)))
		issued = later(issued, c.end.Add(-days(3)))
		l.CreatedAt, l.UpdatedAt = c.working(issued), c.working(issued)
	}
	today := c.on(l.CreatedAt)
	today.licenses = append(today.licenses, l)
	if sold.edition.Mode == terms.Named {
		l.ContractTokens = l.Terms().Policy.TokenLimit
		for range l.ContractTokens {
			c.token(l, licensing.RoleContract, l.CreatedAt)
		}
	}
	c.planClients(n, l, s)
}

func (c *crowd) token(l *licensing.License, role licensing.Role, at time.Time) *pastToken {
	l.LastSlot++
	k := &pastToken{of: l, Token: licensing.Token{Slot: l.LastSlot, Role: role, Key: c.c.IDs.V4()}}
	c.on(at).tokens = append(c.on(at).tokens, k)
	return k
}

// store stores a day's worth, in the order in which it happened.
func (c *crowd) store(t tx.Tx, d *day) error {
	v, into := c.c.Vendor, c.c.Past
	slices.SortStableFunc(d.licenses, func(a, b *licensing.License) int { return a.CreatedAt.Compare(b.CreatedAt) })
	slices.SortStableFunc(d.activations, func(a, b *pastClient) int { return a.ActivatedAt.Compare(b.ActivatedAt) })
	if err := c.refer(t, d.licenses); err != nil {
		return err
	}
	if err := into.PastLicenses(t, v, d.licenses); err != nil {
		return err
	}
	for _, l := range d.licenses {
		licensing.JournalIssued(t, l)
	}
	tokens := make([]*licensing.Token, len(d.tokens))
	for i, k := range d.tokens {
		k.License, tokens[i] = k.of.ID, &k.Token
	}
	if err := into.PastTokens(t, v, tokens); err != nil {
		return err
	}
	activations := make([]*licensing.PastActivation, len(d.activations))
	for i, a := range d.activations {
		a.License, a.Token, a.TokenKey, a.Product = a.of.ID, a.token.ID, a.token.Key, a.of.Product.ID
		activations[i] = &a.PastActivation
	}
	if err := into.PastActivations(t, v, activations); err != nil {
		return err
	}
	beats := make([]licensing.PastHeartbeat, len(d.heartbeats))
	for i, b := range d.heartbeats {
		beats[i] = licensing.PastHeartbeat{Activation: b.of.ID, At: b.at, Count: b.count, Client: b.client}
	}
	if err := into.PastHeartbeats(t, v, beats); err != nil {
		return err
	}
	for _, denied := range d.denials {
		for range denied.times {
			if err := into.CountDenial(t, v, denied.of.ID, denied.reason, denied.at); err != nil {
				return err
			}
		}
	}
	return nil
}

// refer lets licences refer to their customers, editions and products.
func (c *crowd) refer(t tx.Tx, all []*licensing.License) error {
	for _, l := range all {
		s := c.editions[l.Edition.UUID]
		if s.edition.ID == 0 {
			edition, product, err := c.c.Past.Edition(t, c.c.Vendor, l.Edition.UUID)
			if err != nil {
				return err
			}
			s.edition.ID, s.edition.Revision, *s.product = edition.ID, edition.Revision, *product
		}
		l.Product = *s.product
		name := l.Customer.CompanyName
		if c.customers[name] == nil {
			customer, err := c.c.Past.Customer(t, c.c.Vendor, c.historian.customers[name])
			if err != nil {
				return err
			}
			c.customers[name] = customer
		}
		l.Customer = *c.customers[name]
		l.LicenseeEmail = l.Customer.Email
	}
	return nil
}
