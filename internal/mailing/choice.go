package mailing

import (
	"slices"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Choosable gives the kinds that owners of licences choose for themselves. No other kind can be
// switched off by whom it goes to: it brings a key, or it is about the account's safety.
func Choosable() []Kind {
	return []Kind{NewDevice, NearlyUsedUp, UsedUp, Goodwill, Expiring, Expired, RefreshDue, MeterThreshold, MeterExhausted, PrepaidLow}
}

// onAtFirst reports whether who has an account gets a kind while neither they nor the
// vendor have said anything: what ends or runs out, and not what is as it should be.
func (k Kind) onAtFirst() bool {
	return k != NewDevice && k != Goodwill && slices.Contains(Choosable(), k)
}

// Owner is somebody whom mails about a licence concern: its licensee, or an administrator
// of its customer.
type Owner struct {
	Address    string
	IsLicensee bool
	HasAccount bool  // has signed in at the portal or the console
	Chosen     *bool // whether they want the kind; nil for nothing chosen
}

// MostAdministrators is how many administrators of a customer are told of one happening: each
// gets a mail of their own, which is made in the transaction of what it tells. Who has chosen the
// kind comes first, then who has signed in, and of these who got the role first.
const MostAdministrators = 20

// wants decides whether an owner gets mails of a kind: what they have chosen holds, else
// the vendor's rule, else what is on at first, also for a licensee without an account where
// the default rule is on. own is false where the vendor has set no rule.
func (o Owner) wants(r Rule, own bool) bool {
	switch {
	case !slices.Contains(Choosable(), r.Kind):
		return r.IsOn && r.ToCustomer && o.IsLicensee
	case o.Chosen != nil:
		return *o.Chosen
	case own:
		return r.IsOn && r.ToCustomer
	}
	return (o.HasAccount || o.IsLicensee && r.IsOn) && r.Kind.onAtFirst()
}

// Choice is whether a person gets the mails of a kind.
type Choice struct {
	Kind Kind
	IsOn bool
}

// ChoicesOf tells what somebody who has an account gets, of the rules that the vendor has
// set and of what the person has chosen.
func ChoicesOf(rules map[Kind]Rule, chosen map[Kind]bool) []Choice {
	all := make([]Choice, 0, len(Choosable()))
	for _, k := range Choosable() {
		o := Owner{HasAccount: true}
		if on, said := chosen[k]; said {
			o.Chosen = &on
		}
		r, own := rules[k]
		if !own {
			r = DefaultRule(k)
		}
		all = append(all, Choice{k, o.wants(r, own)})
	}
	return all
}

// Choose keeps which mails a user wants.
func (s *Service) Choose(t tx.Tx, v ident.VendorID, user ident.UserID, id ident.UUID, choices []Choice) error {
	after := map[Kind]bool{}
	for _, c := range choices {
		if !slices.Contains(Choosable(), c.Kind) {
			return fault.Wrong(fault.Field{Name: "kind", Message: "must be a mail that one can choose"})
		}
		after[c.Kind] = c.IsOn
		if err := s.Store.SaveChoice(t, v, user, c); err != nil {
			return err
		}
	}
	t.Journal(tx.Entry{Vendor: v, Action: "user.mails_chosen", Subject: "user", ID: id, After: after})
	return nil
}
