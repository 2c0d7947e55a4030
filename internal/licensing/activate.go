package licensing

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// ActivateCommand asks for a token for a client.
type ActivateCommand struct {
	Vendor   ident.VendorID
	Product  ident.UUID
	Key      Key
	ClientID string
	Client   Client
	Proof    Proof
	Offline  bool // by a file that a person carries; the edition must allow it
	XML      bool // with Offline: by an XML file
}

// Activate takes a token of the licence that the key leads to
// (docs/rules/provisioning.md, rules 1 to 4, 7 and 8). It is idempotent: the same
// client with the same licence gets the same token, also after a lost answer.
func (s *Service) Activate(t tx.Tx, c ActivateCommand) (Outcome, error) {
	if entry.Blank(c.ClientID) {
		return refused(refusal.Refuse(refusal.MissingClientID)), nil
	}
	product, err := s.store.ProductID(t, c.Vendor, c.Product)
	if err != nil {
		return Outcome{}, err
	}
	if product == 0 {
		return refused(refusal.Refuse(refusal.UnknownProduct)), nil
	}
	found, ok, err := s.store.FindKey(t, c.Vendor, product, c.Key)
	if err != nil {
		return Outcome{}, err
	}
	if !ok || found.Product != product {
		r, err := s.unknownKey(t, c.Vendor, product, c.Key, refusal.Refuse(refusal.InvalidKey))
		return refused(r), err
	}
	var dropped []string
	c.Client.Variables, dropped = withinBounds(c.Client.Variables, nil)
	a := &activating{Service: s, t: t, command: c, product: product}
	if r, err := a.count(); err != nil || r != nil {
		return refused(r), err
	}
	if err := a.load(found); err != nil {
		return Outcome{}, err
	}
	out, err := a.decide()
	if errors.Is(err, errDeviceMade) {
		// Another call has made the client's device meanwhile: what that one did counts.
		a = &activating{Service: s, t: t, command: c, product: product, signer: a.signer, counter: a.counter, counted: a.counted}
		if err := a.load(found); err != nil {
			return Outcome{}, err
		}
		out, err = a.decide()
	}
	if err == nil && out.Refusal == nil {
		out.Dropped = dropped
	}
	return out, err
}

// errDeviceMade says that there is a device where there was none a moment ago.
var errDeviceMade = errors.New("licensing: the client's device has been made by another call")

// activating is one activation under way.
type activating struct {
	*Service
	activationCase

	t       tx.Tx
	command ActivateCommand
	product ident.ProductID

	signer  []byte // the public key that the call proved; nil for none
	counter int64  // of its signature
	counted bool   // the key was known, and its counter is raised
	known   bool   // the device was here before, and may have a name of the owner's
}

// count judges the counter of a signed activation, before anything is locked. A key
// that was never seen is remembered only once it is given an activation: nobody
// fills the table with refused ones.
func (a *activating) count() (*refusal.Refusal, error) {
	v, c := a.command.Vendor, a.command
	if c.Proof == nil {
		return nil, nil
	}
	candidates := [][]byte{c.Client.PublicKey}
	if c.Client.PublicKey == nil {
		present, err := a.store.ClientActivations(a.t, v, a.product, c.ClientID)
		if err != nil {
			return nil, err
		}
		for _, p := range present {
			candidates = append(candidates, p.Client.PublicKey)
		}
	}
	for _, key := range candidates {
		counter, ok := c.Proof.counter(key)
		if !ok {
			continue
		}
		a.signer, a.counter = key, counter
		known, r, err := a.Service.count(a.t, v, key, counter, 0, false)
		if err == nil && r == nil && !known.GivenUpAt.IsZero() {
			r = refusal.Refuse(refusal.KeyGivenUp)
		}
		a.counted = known.Counter > 0
		return r, err
	}
	return nil, nil
}

// remember keeps the counter of a key that is given an activation, and judges it by
// what heartbeats have shown: two first calls that are one are told apart here.
func (a *activating) remember() (*refusal.Refusal, error) {
	if a.signer == nil {
		return nil, nil
	}
	for _, p := range []*Activation{a.here, a.elsewhere} {
		if p != nil && bytes.Equal(p.Client.PublicKey, a.signer) {
			if r := stale(a.counter, p.Pulse.Counter); r != nil {
				return r, nil
			}
		}
	}
	if a.counter == 0 || a.counted {
		return nil, nil
	}
	_, r, err := a.Service.count(a.t, a.command.Vendor, a.signer, a.counter, 0, true)
	return r, err
}

// load brings all that the decision needs, locked in the order device, licences by id.
// A client that was never here has no device yet: a refusal makes none.
func (a *activating) load(found Found) error {
	v := a.command.Vendor
	a.now, a.version, a.offline, a.xml = a.t.Now(), a.command.Client.SoftwareVersion, a.command.Offline, a.command.XML
	known, err := a.devices.Lock(a.t, v, a.command.ClientID)
	if err != nil {
		return err
	}
	if a.unpaid, err = a.prepaid.Refuse(a.t, v, a.command.ClientID); err != nil {
		return err
	}
	a.device = Device{Number: a.command.ClientID}
	var present []*Activation
	if known != nil {
		a.device = *known
		if present, err = a.store.ClientActivations(a.t, v, a.product, a.device.Number); err != nil {
			return err
		}
	}
	wanted := []ident.LicenseID{found.License}
	for _, p := range present {
		if p.License != found.License {
			wanted = append(wanted, p.License)
		}
	}
	licenses, err := a.store.LockLicenses(a.t, v, wanted...)
	if err != nil {
		return err
	}
	a.license = licenses[found.License]
	if a.license == nil {
		return fmt.Errorf("licensing: license %d vanished", found.License)
	}
	a.policy = a.license.Terms().Policy
	if slices.ContainsFunc(present, (*Activation).IsGoodwill) {
		// One may have turned regular while we waited for its licence.
		if present, err = a.store.ClientActivations(a.t, v, a.product, a.device.Number); err != nil {
			return err
		}
	}
	for _, p := range present {
		switch {
		case p.License == found.License:
			a.here = p
		case p.IsTemporary == a.license.IsTemporary:
			a.elsewhere, a.old = p, licenses[p.License]
			a.oldPolicy = a.old.Terms().Policy
		}
	}
	if a.license.CountsMonths() {
		if err := a.openMonth(a.t, a.license); err != nil {
			return err
		}
		if a.place, err = a.monthPlace(a.t, a.license, a.device); err != nil {
			return err
		}
	}
	if found.Token != 0 {
		if a.token, err = a.store.Token(a.t, v, found.Token); err != nil {
			return err
		}
	}
	a.presented, a.proven = a.command.Client.PublicKey, a.signer
	return nil
}

func (a *activating) decide() (Outcome, error) {
	d := decideActivation(a.activationCase)
	if d.copy && a.offline {
		_, room := roomFor(a.license, a.policy)
		return Outcome{Refusal: d.refusal, CopyOf: &CopyOf{a.here.UUID, a.license.ID, room}}, nil
	}
	if d.refusal != nil {
		if made, err := a.madeMeanwhile(); err != nil || made {
			return Outcome{}, cmp.Or(err, errDeviceMade)
		}
		return a.refuse(a.command.Proof.explain(d.refusal))
	}
	if r, err := a.remember(); err != nil || r != nil {
		return refused(r), err
	}
	if a.here != nil && a.license.CountsMonths() {
		if r, err := a.placeActivation(a.t, a.license, a.here); err != nil || r != nil {
			return refused(r), err
		}
	}
	switch {
	case d.same:
		return a.again(d.adopt)
	case d.reinstall:
		return a.reinstall()
	}
	if a.elsewhere != nil {
		if err := a.release(a.t, a.old, a.elsewhere, ByOtherLicense); err != nil {
			return Outcome{}, err
		}
	}
	m := moves(touch)
	if err := a.fitTokens(a.t, a.license, &m); err != nil {
		return Outcome{}, err
	}
	if err := a.promote(a.t, a.license, &m); err != nil { // those who have waited come first
		return Outcome{}, err
	}
	d.role, _ = roomFor(a.license, a.policy)
	if a.token != nil && a.token.ID != 0 {
		// Fitting the tokens to a changed limit may have moved or removed it.
		token, err := a.store.Token(a.t, a.command.Vendor, a.token.ID)
		if err != nil {
			return Outcome{}, err
		}
		if token == nil {
			return refused(refusal.Refuse(refusal.InvalidKey)), nil
		}
		a.token = token
	}
	if err := a.makeDevice(); err != nil {
		return Outcome{}, err
	}
	return a.assign(d.role)
}

// again answers a client that holds a place of the licence already.
func (a *activating) again(adopt bool) (Outcome, error) {
	if adopt {
		if err := a.adopt(); err != nil {
			return Outcome{}, err
		}
	}
	if a.offline {
		if gone, err := a.leaving(a.t, a.command.Vendor, a.here); err != nil || gone {
			return refused(refuseDeleted()), err
		}
		if err := a.markOffline(a.t, a.license, a.here); err != nil {
			return Outcome{}, err
		}
	}
	if err := a.nameUsers(a.t, a.license); err != nil {
		return Outcome{}, err
	}
	return Outcome{State: StateOf(a.license, a.here, a.version, a.now)}, nil
}

// madeMeanwhile reports whether another call has made the client's device while this one
// waited for the licence: of one call sent twice, the second must not find the place taken
// that the first has got.
func (a *activating) madeMeanwhile() (bool, error) {
	if a.device.ID != 0 {
		return false, nil
	}
	known, err := a.devices.Lock(a.t, a.command.Vendor, a.device.Number)
	return known != nil, err
}

// makeDevice makes the device of a client that was never here before.
func (a *activating) makeDevice() error {
	if a.device.ID != 0 {
		a.known = true
		return nil
	}
	made, err := a.devices.Make(a.t, a.command.Vendor, a.device.Number)
	if err != nil {
		return err
	}
	if made == nil {
		return errDeviceMade
	}
	a.device = *made
	return nil
}

// adopt gives the activation that is there the key pair which the client brings:
// it was made without one, and answers nobody else from now on.
func (a *activating) adopt() error {
	a.here.Client.PublicKey = a.proven
	announceKeyPair(a.t, a.license, a.here)
	return a.store.SetClientKey(a.t, a.command.Vendor, a.here)
}

// refuse records the refusal on the licence.
func (a *activating) refuse(r *refusal.Refusal) (Outcome, error) {
	if err := a.noteRefused(a.t, a.license, r.ID, a.command.ClientID, &a.command.Client); err != nil {
		return Outcome{}, err
	}
	if r.ID == refusal.NoTokenLeft {
		if err := a.noteUsedUp(a.t, a.license, a.command.ClientID); err != nil {
			return Outcome{}, err
		}
		r = usedUp(a.license, a.policy)
	}
	out := refused(r)
	out.RefusedBy = a.license.ID
	return out, nil
}

// noteRefused counts a refusal of a client on a licence, and keeps it among its last ones.
func (s *Service) noteRefused(t tx.Tx, l *License, reason int, clientID string, c *Client) error {
	if err := s.store.CountDenial(t, l.Vendor, l.ID, reason, t.Now()); err != nil {
		return err
	}
	return s.store.NoteRefused(t, l.Vendor, Refused{
		License: l.ID, At: t.Now(), Reason: reason, ClientID: clientID, Hostname: c.Hostname, Version: c.SoftwareVersion, Address: c.Address,
	})
}

// noteUsedUp remembers and announces the first refusal for want of room.
func (s *Service) noteUsedUp(t tx.Tx, l *License, clientID string) error {
	if !l.UsedUpAt.IsZero() {
		return nil
	}
	l.UsedUpAt = t.Now()
	if err := s.store.SaveCounters(t, l); err != nil {
		return err
	}
	t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventUsedUp, Stream: l.UUID, Payload: eventOf(l, nil, clientID, t.Now())})
	if s.notices == nil {
		return nil
	}
	return s.notices.UsedUp(t, l)
}

// reinstall ends the activation that is there and makes a new one with its token.
func (a *activating) reinstall() (Outcome, error) {
	old := *a.here
	if settled, err := a.settleDeletion(a.t, a.license, &old); err != nil {
		return Outcome{}, err
	} else if settled {
		if err := a.store.SaveCounters(a.t, a.license); err != nil {
			return Outcome{}, err
		}
	}
	if err := a.store.ReleaseActivation(a.t, a.command.Vendor, &old, ByReinstall); err != nil {
		return Outcome{}, err
	}
	announceRelease(a.t, a.license, &old, ByReinstall)
	return a.record(&Activation{
		Token: old.Token, TokenKey: old.TokenKey, GoodwillSince: old.GoodwillSince, GoodwillUntil: old.GoodwillUntil, Replaces: old.ID,
		Place: old.Place, DisplayName: old.DisplayName,
	})
}

// assign gives the client a token in role.
func (a *activating) assign(role Role) (Outcome, error) {
	token, err := a.pick(role)
	if err != nil {
		return Outcome{}, err
	}
	if a.license.hasOldKey(token.Slot) {
		if err := a.renewToken(a.t, a.license, token); err != nil {
			return Outcome{}, err
		}
	}
	act := &Activation{Token: token.ID, TokenKey: token.Key, Place: a.place}
	if a.license.CountsMonths() && a.place.Number == 0 {
		if act.Place, err = a.takePlace(a.t, a.license, a.device); err != nil {
			return Outcome{}, err
		}
	}
	if role == RoleGoodwill {
		act.GoodwillSince = a.now
		if days := a.policy.GoodwillDays; days != nil {
			act.GoodwillUntil = a.now.Add(time.Duration(*days) * 24 * time.Hour)
		}
		a.license.GoodwillUsed++
	} else {
		a.license.RegularUsed++
	}
	if a.license.FirstActivatedAt.IsZero() {
		a.license.FirstActivatedAt = a.now
	}
	if err := a.store.SaveCounters(a.t, a.license); err != nil {
		return Outcome{}, err
	}
	out, err := a.record(act)
	if err == nil && (!a.license.CountsMonths() || act.Place != a.place) {
		err = a.noteNearly(a.t, a.license)
	}
	entered := role == RoleGoodwill || act.Place != a.place && act.GoodwillAt(a.license, a.now)
	if err == nil && entered && a.license.GoodwillUsed == 1 && a.notices != nil {
		err = a.notices.GoodwillEntered(a.t, a.license, act)
	}
	return out, err
}

// record stores an activation of the client with the token and the goodwill that act has.
func (a *activating) record(act *Activation) (Outcome, error) {
	act.UUID, act.License, act.Device, act.IsTemporary = a.ids.V7(), a.license.ID, a.device, a.license.IsTemporary
	act.ActivatedAt, act.Pulse = a.now, Pulse{LastSeenAt: a.now, LastSeenDay: DayOf(a.now)}
	if a.offline {
		act.handOut(a.license, a.now)
	}
	act.Client = a.command.Client
	act.Client.PublicKey = a.command.Proof.of(a.command.Client.PublicKey)
	if act.DisplayName == "" && a.known {
		var err error
		if act.DisplayName, err = a.store.LastDisplayName(a.t, a.command.Vendor, a.license.ID, a.device.ID); err != nil {
			return Outcome{}, err
		}
	}
	if err := a.store.InsertActivation(a.t, a.command.Vendor, a.product, act); err != nil {
		return Outcome{}, err
	}
	announceActivation(a.t, a.license, act)
	if err := a.nameUsers(a.t, a.license); err != nil {
		return Outcome{}, err
	}
	return Outcome{State: StateOf(a.license, act, a.version, a.now)}, nil
}
