package devices

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Licenses changes the activations of licences.
type Licenses interface {
	Suspend(t tx.Tx, v ident.VendorID, activation ident.UUID, until time.Time) error

	// SetDisplayName gives the device of a present activation a name of one's own.
	SetDisplayName(t tx.Tx, v ident.VendorID, activation ident.UUID, name string) error

	// Release reports false when there is no such present activation.
	Release(t tx.Tx, v ident.VendorID, activation ident.UUID, reason licensing.Reason) (bool, error)

	// Deactivate releases activations of a licence: some in this transaction, the rest follows.
	Deactivate(t tx.Tx, c licensing.DeactivateCommand) (licensing.Deactivation, error)
}

// LicenseRows reads licences and their activations. What is missing is a NotFound
// fault, unless said otherwise.
type LicenseRows interface {
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error)
	Activations(
		ctx context.Context, v ident.VendorID, license ident.LicenseID, past bool, r listing.Request,
	) (listing.Page[*licensing.Activation], error)
	ActivationByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.Activation, error)

	// ByIDs leaves out what is missing.
	ByIDs(ctx context.Context, v ident.VendorID, ids ...ident.LicenseID) (map[ident.LicenseID]*licensing.License, error)

	// LicenseID reads inside a transaction; 0 for none.
	LicenseID(t tx.Tx, v ident.VendorID, id ident.UUID) (ident.LicenseID, error)
}

type activation struct {
	ID                ident.UUID        `json:"id" format:"uuid"`
	TokenKey          ident.UUID        `json:"token_key" format:"uuid"`
	ClientID          string            `json:"client_id"`
	DisplayName       string            `json:"display_name" doc:"what the licence's owner, or staff, calls the device; empty for nothing. No client changes it"`
	ClientName        string            `json:"client_name"`
	ClientDescription string            `json:"client_description"`
	Tags              []string          `json:"tags" nullable:"false"`
	Hostname          string            `json:"hostname"`
	Platform          string            `json:"platform"`
	OperatingSystem   string            `json:"operating_system"`
	SoftwareVersion   string            `json:"software_version"`
	DeviceVariables   map[string]string `json:"device_variables"`
	Address           string            `json:"address"`
	Country           string            `json:"country" doc:"of the address, ISO 3166-1 alpha-2; empty where it is unknown, of no public network, or not stored"`
	City              string            `json:"city" doc:"of the address, in English; only where the server has a database of cities"`
	Latitude          *float64          `json:"latitude" doc:"of the city, in degrees; null where it is unknown"`
	Longitude         *float64          `json:"longitude"`
	AccuracyRadiusKM  *int64            `json:"accuracy_radius_km" doc:"kilometres around the city within which the device most likely is; null where nobody says"`
	Place             string            `json:"place" doc:"in short: \"local network\" (private, unique-local, link-local, loopback or carrier NAT), \"Essen, DE\", \"DE\" or empty"`
	IsTemporary       bool              `json:"is_temporary"`
	IsGoodwill        bool              `json:"is_goodwill"`
	CountsThisMonth   *bool             `json:"counts_this_month" doc:"true once it was used in the month that runs; null where the licence counts the activations that are held"`
	IsOffline         bool              `json:"is_offline" doc:"activated by a file: it may never be heard of, and is not unassigned for that"`
	OfflineUntil      *time.Time        `json:"offline_until" doc:"with is_offline: the latest end that a file of it said; null where one has none. Until then only staff may release it, and the device goes on all the same"`
	RefreshBy         *time.Time        `json:"refresh_by" doc:"until when its newest file is good, and wants a refresh file; null: as long as the licence, or no file"`
	GoodwillUntil     *time.Time        `json:"goodwill_until"`
	SuspendedUntil    *time.Time        `json:"suspended_until"`
	ActivatedAt       time.Time         `json:"activated_at"`
	LastSeenAt        time.Time         `json:"last_seen_at"`
	ReleasedAt        *time.Time        `json:"released_at" doc:"null while the client holds it"`
	ReleaseReason     *string           `json:"release_reason"`
}

type suspension struct {
	Until *value.Deadline `json:"until" nullable:"true" doc:"every call of the device is refused until then; null lifts the suspension"`
}

type released struct {
	Released int64 `json:"released" doc:"by now"`
	More     bool  `json:"more" doc:"true: there are more, which are released by themselves, and sooner where it is sent again"`
}

func (a *Area) showActivation(seat licensing.Seat) activation {
	v, l, now := seat.Activation, seat.License, a.Clock.Now()
	var counts *bool
	if l.CountsMonths() {
		counts = new(v.CountsAt(now))
	}
	variables := v.Client.Variables
	if variables == nil {
		variables = map[string]string{}
	}
	city := v.Client.City
	var latitude, longitude *float64
	if city.Located() {
		latitude, longitude = degrees(city.Latitude), degrees(city.Longitude)
	}
	return activation{
		City: city.Name, Latitude: latitude, Longitude: longitude, AccuracyRadiusKM: someOrNil(city.Radius), Place: v.Client.Place(),
		ID: v.UUID, TokenKey: v.TokenKey, ClientID: v.Device.Number, DisplayName: v.DisplayName,
		ClientName: v.Client.Name, ClientDescription: v.Client.Description,
		Tags: append([]string{}, v.Client.Tags...), Hostname: v.Client.Hostname, Platform: v.Client.Platform,
		OperatingSystem: v.Client.OperatingSystem, SoftwareVersion: v.Client.SoftwareVersion, DeviceVariables: variables,
		Address: v.Client.Address, Country: v.Client.Country, IsTemporary: v.IsTemporary,
		IsGoodwill: v.GoodwillAt(l, now), CountsThisMonth: counts, IsOffline: v.IsOffline,
		OfflineUntil: value.TimeOrNil(v.FileSaid()), RefreshBy: value.TimeOrNil(v.RefreshBy), GoodwillUntil: value.TimeOrNil(v.GoodwillUntil),
		SuspendedUntil: value.TimeOrNil(v.Device.SuspendedUntil), ActivatedAt: v.ActivatedAt, LastSeenAt: v.Pulse.LastSeenAt,
		ReleasedAt: value.TimeOrNil(v.ReleasedAt), ReleaseReason: value.TextOrNil(string(v.ReleaseReason)),
	}
}

// degrees are a coordinate as it is told.
func degrees(units int64) *float64 { return new(float64(units) / licensing.CoordinateUnits) }

func someOrNil(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func (a *Area) activations(m *operation.Maker) []operation.Operation {
	const group = "Activations"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/licenses/{id}/activations", ID: "list-activations", Group: group, Summary: "List a licence's activations, the newest first",
			Queries:    []operation.Query{{Name: "past", Kind: operation.Flag, Doc: "true: also those that have ended"}},
			Permission: identity.ViewLicenses,
		}, licensing.Sorts(), func(q *operation.Request, r listing.Request) (listing.Page[licensing.Seat], error) {
			l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return listing.Page[licensing.Seat]{}, err
			}
			past := q.Flag("past")
			found, err := a.LicenseRows.Activations(q.Context, q.Vendor, l.ID, past != nil && *past, r)
			page := listing.Page[licensing.Seat]{Next: found.Next}
			for _, v := range found.Items {
				page.Items = append(page.Items, licensing.Seat{Activation: v, License: l})
			}
			return page, err
		}, a.showActivation),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/licenses/{id}/release-all", ID: "release-all", Group: group, Summary: "Release all activations of a licence",
			About: "Without counting as deactivations. A few are released at once, and the rest follows by itself while `more` is true; " +
				"to send it again does no harm.",
			Permission: identity.ManageActivations, Status: http.StatusOK, Portion: true,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (released, error) { return a.releaseAll(t, q) }),
		operation.Get(m, operation.Operation{
			Path: "/activations/{id}", ID: "get-activation", Group: group, Summary: "Get an activation, present or past", Permission: identity.ViewLicenses,
		}, func(q *operation.Request) (activation, error) {
			v, err := a.LicenseRows.ActivationByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return activation{}, err
			}
			licenses, err := a.LicenseRows.ByIDs(q.Context, q.Vendor, v.License)
			if err != nil {
				return activation{}, err
			}
			l := licenses[v.License]
			if l == nil {
				return activation{}, fault.Missing("activation")
			}
			return a.showActivation(licensing.Seat{Activation: v, License: l}), nil
		}),
		operation.File(operation.Operation{
			Path: "/activations/{id}/refresh-file", ID: "get-refresh-file", Group: group, Summary: "Make a refresh file for a device without internet",
			About: "For any activation, however it was made: carry it to the device and load it there. Its place is kept until the file has ended. " +
				"Each file that is handed out is in the audit log.",
			Permission: identity.ManageActivations,
		}, func(q *operation.Request) (string, []byte, error) {
			return a.Refresh(q.Context, q.Vendor, q.VendorUUID, q.ID)
		}),
		a.update(m, group),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/activations/{id}", ID: "release-activation", Group: group, Summary: "Release an activation",
			About: "Its place is free at once. It does not count as a deactivation: it is staff who release it.", Permission: identity.ManageActivations,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			found, err := a.Licenses.Release(t, q.Vendor, q.ID, licensing.ByStaff)
			if err == nil && !found {
				err = fault.Missing("activation")
			}
			return operation.Nothing{}, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/activations/{id}/suspension", ID: "suspend-device", Group: group,
			Summary: "Suspend the activation's device, or lift the suspension",
			About:   "Nothing is lost meanwhile.", Permission: identity.ManageActivations, Status: http.StatusNoContent,
		}, func(t tx.Tx, q *operation.Request, in suspension) (operation.Nothing, error) {
			var until time.Time
			if in.Until != nil {
				until = in.Until.In(q.Zone)
			}
			return operation.Nothing{}, a.Licenses.Suspend(t, q.Vendor, q.ID, until)
		}),
	}
}

func (a *Area) releaseAll(t tx.Tx, q *operation.Request) (released, error) {
	id, err := a.LicenseRows.LicenseID(t, q.Vendor, q.ID)
	if err != nil {
		return released{}, err
	}
	if id == 0 {
		return released{}, fault.Missing("license")
	}
	d, err := a.Licenses.Deactivate(t, licensing.DeactivateCommand{Vendor: q.Vendor, License: id, By: licensing.ByStaff})
	if err == nil {
		err = d.Err()
	}
	return released{d.Released, d.More}, err
}
