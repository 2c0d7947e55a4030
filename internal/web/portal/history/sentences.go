package history

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// doer says who it was. The vendor's staff and keys are the vendor.
func doer(q *web.Request, h owners.Happening) string {
	switch h.By {
	case owners.ByTheVendor:
		return q.Vendor.Name
	case owners.ByAPerson:
		return h.Person
	case owners.ByAToken:
		return q.T("%s, by an access token", h.Person)
	case owners.ByADevice:
		return q.T("The device itself")
	case owners.BySomebody:
		return q.T("Somebody who has no account any more")
	case owners.ByTheServer:
	}
	return q.T("The licence server, by itself")
}

// told is what of a record's JSON the sentences say.
type told struct {
	CustomerID    string          `json:"customer_id"`
	EditionID     string          `json:"edition_id"`
	Name          string          `json:"name"`
	LicenseeEmail string          `json:"licensee_email"`
	IsActive      bool            `json:"is_active"`
	StartsAt      *time.Time      `json:"starts_at"`
	ExpiresAt     *time.Time      `json:"expires_at"`
	TokenLimit    int64           `json:"token_limit"`
	DisplayName   string          `json:"display_name"`
	Reason        json.RawMessage `json:"reason"` // of a release; in ledgers it is the staff's note, and not told
	SuspendedTo   time.Time       `json:"suspended_until"`
	LimitationID  ident.UUID      `json:"limitation_id"`
	UserID        string          `json:"user_id"`
	ClientID      string          `json:"client_id"`
	Email         string          `json:"email"`
	Role          owners.Role     `json:"role"`
	Overrides     overrides       `json:"overrides"`
	ActivationID  ident.UUID      `json:"activation_id"`

	State owners.RequestState `json:"state"`
}

func read(text string) (t told) {
	_ = json.Unmarshal([]byte(text), &t) // what it can't hold is not told
	return t
}

// said is what has happened, in one or several plain sentences.
func said(q *web.Request, page *web.Page, r row) string {
	was, is := read(r.Before), read(r.After)
	switch r.Action {
	case "license.issued":
		return q.T("The licence was issued.")
	case "license.hand_over_requested":
		return q.T("%s was asked to become the licensee.", is.LicenseeEmail)
	case "license.hand_over_cancelled":
		return q.T("The hand-over was cancelled.")
	case "license.changed", "license.handed_over":
		return changed(q, page, r.License, was, is)
	case "license.requested":
		return q.T("A request was sent to %s.", q.Vendor.Name)
	case "license.request_answered":
		return answered(q, is.State)
	case "license.key_replaced":
		return q.T("The license key was replaced by a new one.")
	case "license.deactivations_reset":
		return q.T("The deactivations are counted anew.")
	case "license.file_issued":
		return q.T("A licence file was made.")
	case "license.expired":
		return q.T("All that the contract allows is consumed, and the licence has ended.")
	case "license.revived":
		return q.T("The licence holds again.")
	case "license_user.added":
		return q.T("The user %s was added.", is.UserID)
	case "license_user.removed":
		return q.T("The user %s was removed.", was.UserID)
	case "session.released":
		return q.T("A session of %s was ended.", was.ClientID)
	case "offline.reported":
		return q.T("A report of a device without internet was counted.")
	}
	switch noun, _, _ := strings.Cut(r.Action, "."); noun {
	case "activation", "device":
		return ofDevice(q, page, r, was, is)
	case "meter":
		return ofMeter(q, r, is)
	}
	return ofPeople(q, r, was, is)
}

// answered says what became of a request to the vendor.
func answered(q *web.Request, s owners.RequestState) string {
	switch s {
	case owners.RequestDone:
		return q.T("A request was answered: it is done.")
	case owners.RequestDeclined:
		return q.T("A request was declined.")
	case owners.RequestWithdrawn, owners.RequestOpen:
	}
	return q.T("A request was taken back.")
}

// changed says what of a licence is another.
func changed(q *web.Request, page *web.Page, l *licensing.License, was, is told) string {
	var all []string
	say := func(differs bool, text string) {
		if differs {
			all = append(all, text)
		}
	}
	say(was.CustomerID != is.CustomerID, q.T("The licence was handed to this customer."))
	switch {
	case was.LicenseeEmail == is.LicenseeEmail:
	case is.LicenseeEmail == "":
		all = append(all, q.T("It names no licensee any more."))
	default:
		all = append(all, q.T("Its licensee is %s now.", is.LicenseeEmail))
	}
	say(was.EditionID != is.EditionID, q.T("It was moved to another edition."))
	say(was.Name != is.Name && is.Name != "", q.T("It is called %s now.", is.Name))
	say(was.Name != is.Name && is.Name == "", q.T("It has no name any more."))
	say(!was.IsActive && is.IsActive, q.T("It was switched on."))
	say(was.IsActive && !is.IsActive, q.T("It was switched off."))
	if is.StartsAt != nil && differ(was.StartsAt, is.StartsAt) {
		all = append(all, q.T("It holds from %s on.", page.FirstDay(*is.StartsAt).Text))
	}
	switch {
	case !differ(was.ExpiresAt, is.ExpiresAt):
	case is.ExpiresAt == nil:
		all = append(all, q.T("It has no end now."))
	default:
		all = append(all, q.T("Its last day is %s now.", page.LastDay(*is.ExpiresAt).Text))
	}
	if was.TokenLimit != is.TokenLimit {
		all = append(all, fromTo(q, q.T("Activations by contract"), q.Language().Number(was.TokenLimit), q.Language().Number(is.TokenLimit)))
	}
	if l != nil {
		all = append(all, termsChanged(q, page, l.Terms().Grants.Shown(), was.Overrides, is.Overrides)...)
	}
	if len(all) == 0 {
		return q.T("Its terms were changed.")
	}
	return strings.Join(all, " ")
}

func differ(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a != b
	}
	return !a.Equal(*b)
}

func ofDevice(q *web.Request, page *web.Page, r row, was, is told) string {
	name := r.Device
	if name == "" {
		name = q.T("A device")
	}
	switch r.Action {
	case "activation.created":
		return q.T("%s was activated.", name)
	case "activation.deleted":
		var reason string
		_ = json.Unmarshal(was.Reason, &reason)
		return q.T("%s is not activated any more: %s.", name, q.Language().Word(show.ReleaseReason(licensing.Reason(reason))))
	case "activation.display_name_changed":
		if is.DisplayName == "" {
			return q.T("%s is not called %s any more.", name, was.DisplayName)
		}
		if was.DisplayName != "" {
			return q.T("%s is called %s now.", was.DisplayName, is.DisplayName)
		}
		return q.T("A device is called %s now.", is.DisplayName)
	case "activation.offline":
		return q.T("%s was given a licence file.", name)
	case "device.suspended":
		return q.T("%s is suspended %s.", name, page.Until(is.SuspendedTo))
	}
	return q.T("%s may call again.", name)
}

// hidden reports whether a record is about a meter that only staff may see.
func (r row) hidden() bool {
	if r.License == nil || !strings.HasPrefix(r.Action, "meter.") {
		return false
	}
	id := read(r.After).LimitationID
	return slices.ContainsFunc(r.License.Terms().Grants.Limitations, func(one terms.Limitation) bool { return one.ID == id && one.Hidden })
}

// ofMeter says what staff did to a meter. What they noted with it is theirs.
func ofMeter(q *web.Request, r row, is told) string {
	name := q.T("A meter")
	if r.License != nil {
		for _, one := range r.License.Terms().Grants.Limitations {
			if one.ID == is.LimitationID {
				name = one.Name
			}
		}
	}
	switch r.Action {
	case "meter.adjusted":
		return q.T("%s was corrected by hand.", name)
	case "meter.rolled_back":
		return q.T("A consumption of %s was taken back.", name)
	}
	return q.T("The period of %s begins anew.", name)
}

func ofPeople(q *web.Request, r row, was, is told) string {
	switch r.Action {
	case "customer.user_added":
		return q.T("%s may look after the customer's licences, as %s.", is.Email, q.Language().Word(roleWord(is.Role)))
	case "customer.user_role_changed":
		return q.T("%s is %s now.", is.Email, q.Language().Word(roleWord(is.Role)))
	}
	return q.T("%s does not look after the customer's licences any more.", was.Email)
}

// roleWord is a role within a sentence.
func roleWord(r owners.Role) string {
	switch r {
	case owners.Administrator:
		return language.Mark("administrator")
	case owners.Operator:
		return language.Mark("operator")
	case owners.Viewer:
	}
	return language.Mark("viewer")
}
