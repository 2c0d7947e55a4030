package manage

import (
	"net/http"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
)

type activation struct {
	ID                ident.UUID        `json:"id" format:"uuid"`
	TokenKey          ident.UUID        `json:"token_key" format:"uuid"`
	ClientID          string            `json:"client_id"`
	ClientName        string            `json:"client_name"`
	ClientDescription string            `json:"client_description"`
	Tags              []string          `json:"tags" nullable:"false"`
	Hostname          string            `json:"hostname"`
	Platform          string            `json:"platform"`
	OperatingSystem   string            `json:"operating_system"`
	SoftwareVersion   string            `json:"software_version"`
	DeviceVariables   map[string]string `json:"device_variables"`
	Address           string            `json:"address"`
	Country           string            `json:"country"`
	IsTemporary       bool              `json:"is_temporary"`
	IsGoodwill        bool              `json:"is_goodwill"`
	IsOffline         bool              `json:"is_offline" doc:"activated by a file: it may never be heard of, and is not unassigned for that"`
	OfflineUntil      *time.Time        `json:"offline_until" doc:"with is_offline: the latest end that a file of it said; null where one has none. Until then only staff may release it, and the machine goes on all the same"`
	GoodwillUntil     *time.Time        `json:"goodwill_until"`
	SuspendedUntil    *time.Time        `json:"suspended_until"`
	ActivatedAt       time.Time         `json:"activated_at"`
	LastSeenAt        time.Time         `json:"last_seen_at"`
	ReleasedAt        *time.Time        `json:"released_at" doc:"null while the client holds it"`
	ReleaseReason     *string           `json:"release_reason"`
}

type token struct {
	TokenKey ident.UUID `json:"token_key" format:"uuid"`
	Slot     int64      `json:"slot"`
	Role     string     `json:"role" enum:"contract,buffer,goodwill"`
	InUse    bool       `json:"in_use"`
}

type suspension struct {
	Until *deadline `json:"until" nullable:"true" doc:"every call of the device is refused until then; null lifts the suspension"`
}

type released struct {
	Released int  `json:"released"`
	More     bool `json:"more" doc:"true: there were more than one request releases; send it again"`
}

func showToken(k *licensing.Token) token {
	return token{TokenKey: k.Key, Slot: k.Slot, Role: string(k.Role), InUse: k.Activation != 0}
}

func showActivation(v *licensing.Activation) activation {
	variables := v.Client.Variables
	if variables == nil {
		variables = map[string]string{}
	}
	return activation{
		ID: v.UUID, TokenKey: v.TokenKey, ClientID: v.Device.Number, ClientName: v.Client.Name, ClientDescription: v.Client.Description,
		Tags: append([]string{}, v.Client.Tags...), Hostname: v.Client.Hostname, Platform: v.Client.Platform,
		OperatingSystem: v.Client.OperatingSystem, SoftwareVersion: v.Client.SoftwareVersion, DeviceVariables: variables,
		Address: v.Client.Address, Country: v.Client.Country, IsTemporary: v.IsTemporary, IsGoodwill: v.IsGoodwill(), IsOffline: v.IsOffline,
		OfflineUntil: timeOrNil(v.FileSaid()), GoodwillUntil: timeOrNil(v.GoodwillUntil),
		SuspendedUntil: timeOrNil(v.Device.SuspendedUntil), ActivatedAt: v.ActivatedAt, LastSeenAt: v.Pulse.LastSeenAt, ReleasedAt: timeOrNil(v.ReleasedAt), ReleaseReason: textOrNil(string(v.ReleaseReason)),
	}
}

func (a *API) activations() []operation {
	const group = "Activations"
	return []operation{
		list(a, operation{
			Path: "/licenses/{id}/activations", ID: "list-activations", Group: group, Summary: "List a licence's activations, the newest first",
			Queries:    []query{{Name: "past", Kind: flagKind, Doc: "true: also those that have ended"}},
			Permission: identity.ViewLicenses,
		}, licensing.Sorts(), func(q *request, r listing.Request) (listing.Page[*licensing.Activation], error) {
			l, err := a.LicenseRows.ByUUID(q.ctx, q.vendor, q.id)
			if err != nil {
				return listing.Page[*licensing.Activation]{}, err
			}
			past := q.flag("past")
			return a.LicenseRows.Activations(q.ctx, q.vendor, l.ID, past != nil && *past, r)
		}, showActivation),
		change(a, operation{
			Method: http.MethodPost, Path: "/licenses/{id}/release-all", ID: "release-all", Group: group, Summary: "Release all activations of a licence",
			About:      "As many as one short transaction releases, at most 500; repeat it while `more` is true.",
			Permission: identity.ManageActivations, status: http.StatusOK,
		}, func(t tx.Tx, q *request, _ nothing) (released, error) { return a.releaseAll(t, q) }),
		get(a, operation{
			Path: "/activations/{id}", ID: "get-activation", Group: group, Summary: "Get an activation, present or past", Permission: identity.ViewLicenses,
		}, func(q *request) (activation, error) {
			v, err := a.LicenseRows.ActivationByUUID(q.ctx, q.vendor, q.id)
			if err != nil {
				return activation{}, err
			}
			return showActivation(v), nil
		}),
		change(a, operation{
			Method: http.MethodDelete, Path: "/activations/{id}", ID: "release-activation", Group: group, Summary: "Release an activation",
			About: "Its token is free at once.", Permission: identity.ManageActivations,
		}, func(t tx.Tx, q *request, _ nothing) (nothing, error) {
			found, err := a.Licenses.Release(t, q.vendor, q.id, licensing.ByStaff)
			if err == nil && !found {
				err = fault.Missing("activation")
			}
			return nothing{}, err
		}),
		change(a, operation{
			Method: http.MethodPost, Path: "/activations/{id}/suspension", ID: "suspend-device", Group: group,
			Summary: "Suspend the activation's device, or lift the suspension",
			About:   "Nothing is lost meanwhile.", Permission: identity.ManageActivations, status: http.StatusNoContent,
		}, func(t tx.Tx, q *request, in suspension) (nothing, error) {
			var until time.Time
			if in.Until != nil {
				until = in.Until.in(q.zone)
			}
			return nothing{}, a.Licenses.Suspend(t, q.vendor, q.id, until)
		}),
	}
}

func (a *API) releaseAll(t tx.Tx, q *request) (released, error) {
	id, err := a.licenseID(t, q)
	if err != nil {
		return released{}, err
	}
	var answer released
	answer.Released, answer.More, err = a.Licenses.ReleaseSome(t, q.vendor, id)
	return answer, err
}
