package licensing

import (
	"bytes"
	"time"

	"chancery/internal/refusal"
	"chancery/internal/terms"
)

// activationCase is all that decides an activation.
type activationCase struct {
	now     time.Time
	license *License
	policy  terms.Policy
	device  Device
	unpaid  *refusal.Refusal // of a prepaid device that is blacklisted; else nil
	token   *Token           // the token whose key was presented; nil for a license key
	version string
	offline bool // by a file
	xml     bool // by an XML file

	presented []byte // the public key of its own that the client brings; nil for none
	proven    []byte // the client's public key, proven by the call's signature; nil for none

	place Place // that the device has of the licence's month, which is open

	here      *Activation // the device's activation of this license, if any
	elsewhere *Activation // its activation of another license of the product (both temporary or neither)
	old       *License    // the license of elsewhere
	oldPolicy terms.Policy
}

// activationDecision says what is to be done: refuse, answer what is there
// already, or take a token in role (giving up elsewhere, if there is one).
type activationDecision struct {
	refusal   *refusal.Refusal
	copy      bool // with refusal: it is a second machine under the name of one that has a file
	same      bool
	adopt     bool // with same: the client's key pair becomes the activation's, which had none
	reinstall bool // end the activation that is there, and activate anew with its token
	role      Role
}

// decideActivation applies docs/rules/provisioning.md, rules 1 to 4, 7 and 8.
func decideActivation(c activationCase) activationDecision {
	if r := refuseActivation(c); r != nil {
		return activationDecision{refusal: r}
	}
	if c.here != nil {
		return decideAgain(c)
	}
	if c.license.CountsMonths() && c.token != nil {
		return activationDecision{refusal: refusal.Refuse(refusal.InvalidKey)} // it has no token keys
	}
	// What the presented key can't give goes before what the client holds: whoever
	// has a used-up licence could else ask with it, for nothing, which clients there are.
	if c.token != nil && c.token.Activation != 0 {
		return activationDecision{refusal: refusal.Refuse(refusal.TokenAssigned)}
	}
	role, ok := roomFor(c.license, c.policy)
	if !ok && c.place.Number == 0 {
		return activationDecision{refusal: refusal.Refuse(refusal.NoTokenLeft)}
	}
	if r := refuseMove(c); r != nil {
		return activationDecision{refusal: r}
	}
	return activationDecision{role: role}
}

// refuseActivation judges the licence, the client and its version.
func refuseActivation(c activationCase) *refusal.Refusal {
	switch {
	case c.device.SuspendedAt(c.now):
		return refusal.Refuse(refusal.Suspended)
	case c.unpaid != nil:
		return c.unpaid
	case !c.license.IsActive:
		return refusal.Refuse(refusal.NotActive)
	case c.license.expired(c.policy, c.now) != nil:
		return c.license.expired(c.policy, c.now)
	case !c.policy.AllowsRelease(c.version):
		return refusal.Refuse(refusal.VersionNotAllowed)
	case c.offline:
		if r := refuseOffline(c.license, c.policy); r != nil || !c.xml || c.policy.XMLFilesAllowed {
			return r
		}
		return refusal.NoXML()
	}
	return nil
}

// decideAgain judges a client that holds an activation of this very licence. The
// installation that made it gets it again. One that lost its key pair, by a
// reinstall, presents a full key of the licence and a new pair: it takes the
// place of the old one, which answers nobody from then on. A caller without a
// pair never takes the place of one that has one. An activation that was made
// without a pair takes the one that comes with a full key.
func decideAgain(c activationCase) activationDecision {
	d := decideSame(c)
	if _, room := roomFor(c.license, c.policy); d.refusal == nil && c.license.CountsMonths() && c.place.Number == 0 && !room {
		return activationDecision{refusal: refusal.Refuse(refusal.NoTokenLeft)}
	}
	return d
}

func decideSame(c activationCase) activationDecision {
	brings := c.proven != nil && bytes.Equal(c.proven, c.presented)
	switch {
	case c.here.Client.PublicKey == nil && brings:
		return activationDecision{same: true, adopt: true}
	case answersTo(c.here, c.proven):
		return activationDecision{same: true}
	case brings:
		if c.here.fileInForce(c.license, c.policy, c.now) {
			return activationDecision{refusal: refuseInForce(c.here), copy: true} // a second machine, for all that is known
		}
		return activationDecision{reinstall: true}
	}
	return activationDecision{refusal: refusal.Refuse(refusal.ClientAssigned)}
}

// refuseMove judges leaving the licence that the client holds. A client id is a
// name, not a proof: whoever knows one must not be able to take the client away
// from its customer.
func refuseMove(c activationCase) *refusal.Refusal {
	if c.elsewhere == nil {
		return nil
	}
	if !answersTo(c.elsewhere, c.proven) {
		return refusal.Refuse(refusal.ClientAssigned)
	}
	if c.elsewhere.fileInForce(c.old, c.oldPolicy, c.now) {
		return refuseInForce(c.elsewhere)
	}
	free := c.license.Product.AllowClientMoves || c.old.Customer.ID == c.license.Customer.ID ||
		c.old.IsTemporary || !c.old.IsActive || expiredAt(c.old.ExpiryOf(c.oldPolicy), c.now)
	if !free {
		return refusal.Refuse(refusal.OtherCustomersToken)
	}
	return nil
}

// roomFor finds the part of the limit that has room: contract and buffer first,
// then goodwill. The sum is judged too, for limits that were lowered under what is in use.
// A floating licence has room for every client, in tokens made on demand. So has one
// that counts months, as long as its month has, which must be open.
func roomFor(l *License, p terms.Policy) (Role, bool) {
	switch {
	case l.AnyNumber():
		return RoleContract, true
	case l.CountsMonths():
		return RoleContract, l.Month.Used < Allowed(p)
	}
	used := l.RegularUsed + l.GoodwillUsed
	if used >= Allowed(p) {
		return "", false
	}
	if l.RegularUsed < p.TokenLimit+p.ActivationBuffer {
		return RoleContract, true
	}
	return RoleGoodwill, l.GoodwillUsed < p.GoodwillTokenLimit
}

// answersTo reports whether an activation may be used by a caller who proved
// this key: one without a key of its own answers anybody who can name it.
func answersTo(a *Activation, proven []byte) bool {
	return a.Client.PublicKey == nil || bytes.Equal(a.Client.PublicKey, proven)
}

func expiredAt(expiry, now time.Time) bool { return !expiry.IsZero() && !now.Before(expiry) }
