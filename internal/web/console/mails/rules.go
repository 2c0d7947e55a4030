package mails

import (
	"slices"
	"strconv"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// Who gets the mail of a rule.
const (
	toCustomer = "customer"
	toStaff    = "staff"
	toBoth     = "both"
)

func (p *Pages) rules() []edge.Route {
	return web.Edit(p.face, top, needs(), "form.html", web.OfAll("mail"), p.askRules, p.setRules)
}

// when says when the mail of a kind is sent.
func when(k mailing.Kind) string {
	switch k {
	case mailing.LicenseIssued:
		return "A licence is issued: its Product ID and License key."
	case mailing.NewDevice:
		return "Devices are activated on a licence that never were: the first of them at once, and those of a day after that in one mail."
	case mailing.NearlyUsedUp:
		return "Nine tenths of the activations of a contract are in use, or all of them; once each in a month. Of contracts of 5 activations or more."
	case mailing.Goodwill:
		return "A licence gets its first activation above the contract; once each time that it enters goodwill."
	case mailing.Expiring:
		return "Some days before a licence ends; once for each end, so a renewed licence is told of again."
	case mailing.Expired:
		return "A licence has ended: its time is over, or its contract over a meter is consumed; once for each end."
	case mailing.RefreshDue:
		return "Some days before the file of a device without internet wants a refresh, and when it has: once each for each file."
	case mailing.MeterThreshold:
		return "A meter has reached one of the alerts of its limitation; once for each alert in a period."
	case mailing.MeterExhausted:
		return "Limit and goodwill of a meter are consumed, or were asked for in vain; once in a period."
	case mailing.PrepaidLow:
		return "Prepaid cards of a customer came down to its thresholds, or its devices go dark within a week: each morning, of the day before."
	case mailing.UsedUp:
		return "A device is refused for want of room; once until there is room again."
	case mailing.KeyReplaced:
		return "Somebody replaces the key of a licence, and says that its licensee is to be told."
	case mailing.Recovery:
		return "Somebody asks for a new password."
	case mailing.Invitation:
		return "Somebody is invited to the team, or to look after a customer's licences."
	case mailing.CustomerAdded:
		return "Somebody who has an account may look after a customer's licences."
	case mailing.AddressConfirm:
		return "A new address of an account was asked for: to that address, with the link that confirms it."
	case mailing.AddressTaken:
		return "The same, where that address has an account of its own."
	case mailing.AddressAsked:
		return "The same: to the present address."
	case mailing.AddressChanged:
		return "A new address was confirmed: to both."
	case mailing.HandOverConfirm:
		return "A licence is to be handed to another person: to that person, with the link that confirms it."
	case mailing.HandOverAsked:
		return "The same: to the present licensee."
	case mailing.HandedOver:
		return "The new person has confirmed: to both."
	case mailing.LicenseRequested:
		return "An owner asks for more, for a renewal, or for something else, in the licensing dashboard or by an access token."
	case mailing.RequestAnswered:
		return "Somebody of your team answers such a request: to who has asked."
	case mailing.Event:
		return "An event that an e-mail address under Webhooks is subscribed to."
	case mailing.Test:
		return "Somebody asks whether mail arrives."
	}
	return ""
}

func (p *Pages) askRules(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: p.tabbed(q, top), Form: form}
	own, err := p.Rows.Rules(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	form.Submit = "Save the rules"
	for _, r := range mailing.CompleteRules(own) {
		form.Add(ruleGroup(r))
	}
	return page, nil
}

func ruleGroup(r mailing.Rule) web.Group {
	name := func(field string) string { return string(r.Kind) + "_" + field }
	on, whileOn := "", name("is_on")+"=on"
	if r.IsOn {
		on = "on"
	}
	to := toBoth
	switch {
	case len(r.Staff) == 0:
		to = toCustomer
	case !r.ToCustomer:
		to = toStaff
	}
	g := web.Group{Title: show.MailKind(r.Kind), Text: when(r.Kind), Fields: []web.Field{
		{Name: name("is_on"), Label: "Send this mail", Kind: web.CheckField, Value: on},
	}}
	if r.Kind == mailing.Expiring {
		g.Fields = append(g.Fields, web.Field{
			Name: name("days"), Label: "Days before the end", Kind: web.NumberField, Value: strconv.Itoa(r.Days), Min: "1", Max: "365", Unit: "days",
			Hint: "The event license.expiring happens then too, whether the mail is on or off.",
		})
	}
	if r.Kind == mailing.RefreshDue {
		g.Fields = append(g.Fields, web.Field{
			Name: name("days"), Label: "Days before", Kind: web.NumberField, Value: strconv.Itoa(r.Days), Min: "1", Max: "365", Unit: "days", When: whileOn,
		})
	}
	if r.Kind.StaffOnly() {
		g.Fields = append(g.Fields, web.Field{
			Name: name("staff"), Label: "Staff addresses", Kind: web.AreaField, Rows: 2, Value: strings.Join(r.Staff, "\n"), When: whileOn,
			Placeholder: "sales@example.com", Hint: "One a line, at most 10. Empty: the support e-mail of Vendor & branding, where there is one.",
		})
		return g
	}
	g.Fields = append(g.Fields,
		web.Field{Name: name("to"), Label: "To", Kind: web.RadioField, Value: to, When: whileOn, Options: []web.Option{
			{Value: toCustomer, Label: "Customer", Hint: whoAreOwners(r.Kind)},
			{Value: toStaff, Label: "Staff", Hint: "Addresses of your own."},
			{Value: toBoth, Label: "Both"},
		}},
		web.Field{
			Name: name("staff"), Label: "Staff addresses", Kind: web.AreaField, Rows: 2, Value: strings.Join(r.Staff, "\n"),
			When:        whileOn + "&" + name("to") + "=" + toStaff + "|" + toBoth,
			Placeholder: "sales@example.com", Hint: "One a line, at most 10.",
		},
	)
	return g
}

// whoAreOwners says to whom a mail goes that is for the customer.
func whoAreOwners(k mailing.Kind) string {
	if k == mailing.LicenseIssued {
		return "The licence's licensee user."
	}
	return "The licence's licensee user and the customer's administrators, but for those who have chosen otherwise under Account → Mails."
}

// setRules saves the rules that are not as they were, or says what is wrong in any.
func (p *Pages) setRules(t tx.Tx, q *web.Request, in web.Values) (web.Done, error) {
	var wrong fault.Fields
	changed := 0
	for _, k := range mailing.Ruled() {
		before, err := p.Mails.RuleOf(t, q.VendorID(), k)
		if err != nil {
			return web.Done{}, err
		}
		known := len(wrongIn(in))
		after := ruleOf(in, k, before)
		if len(wrongIn(in)) > known {
			continue
		}
		if same(before, after) {
			continue
		}
		changed++
		_, err = p.Mails.SetRule(t, q.VendorID(), after)
		if e := fault.As(err); err != nil && len(e.Fields) > 0 {
			wrong = append(wrong, fieldsOf(k, after, e.Fields)...)
		} else if err != nil {
			return web.Done{}, err
		}
	}
	wrong = append(wrong, wrongIn(in)...)
	say := web.Flash{Text: "The rules were saved."}
	if changed == 0 {
		say = web.Flash{Text: "The rules are as they were.", Tone: web.Info}
	}
	return web.Done{To: q.Href(top), Say: say}, wrong.Err()
}

func wrongIn(in web.Values) []fault.Field {
	if err := in.Err(); err != nil {
		return fault.As(err).Fields
	}
	return nil
}

// ruleOf reads one rule of the form.
func ruleOf(in web.Values, k mailing.Kind, before mailing.Rule) mailing.Rule {
	name := func(field string) string { return string(k) + "_" + field }
	r := mailing.Rule{Kind: k, IsOn: in.Flag(name("is_on")), Days: before.Days}
	if k.StaffOnly() {
		r.Staff = in.Lines(name("staff"))
		return r
	}
	to := in.Get(name("to"))
	r.ToCustomer = to != toStaff
	if to != toCustomer {
		r.Staff = in.Lines(name("staff"))
	}
	in.Check(to == toCustomer || to == toStaff || to == toBoth, name("to"), "must be chosen from the list")
	in.Check(!r.IsOn || to == toCustomer || len(r.Staff) > 0, name("staff"), "must be at least one when staff get the mail")
	if k == mailing.Expiring || k == mailing.RefreshDue {
		r.Days = in.Int(name("days"))
	}
	return r
}

func same(a, b mailing.Rule) bool {
	return a.IsOn == b.IsOn && a.ToCustomer == b.ToCustomer && a.Days == b.Days && slices.Equal(a.Staff, b.Staff)
}

// fieldsOf puts what is wrong with a rule beside the form's fields.
func fieldsOf(k mailing.Kind, r mailing.Rule, wrong []fault.Field) fault.Fields {
	var named fault.Fields
	for _, f := range wrong {
		field, rest, one := strings.Cut(f.Name, "[")
		if i, err := strconv.Atoi(strings.TrimSuffix(rest, "]")); one && err == nil && i < len(r.Staff) {
			f.Message = "must be plain e-mail addresses, one a line; “" + r.Staff[i] + "” is none"
		}
		if field == "to_customer" {
			field = "to"
		}
		named.Check(false, string(k)+"_"+field, f.Message)
	}
	return named
}
