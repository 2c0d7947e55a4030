package own

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/wire/manage/value"
)

// ownActivation is an activation as the licence's owner sees it. It leaves out the token
// key, which is the device's alone, and the tags, which are the vendor's.
type ownActivation struct {
	ID                ident.UUID        `json:"id" format:"uuid"`
	ClientID          string            `json:"client_id"`
	DisplayName       string            `json:"display_name" doc:"what you call the device; empty for nothing. No client changes it"`
	ClientName        string            `json:"client_name"`
	ClientDescription string            `json:"client_description"`
	Hostname          string            `json:"hostname"`
	Platform          string            `json:"platform"`
	OperatingSystem   string            `json:"operating_system"`
	SoftwareVersion   string            `json:"software_version"`
	DeviceVariables   map[string]string `json:"device_variables"`
	Address           string            `json:"address"`
	Country           string            `json:"country"`
	IsGoodwill        bool              `json:"is_goodwill"`
	IsOffline         bool              `json:"is_offline" doc:"activated by a file"`
	OfflineUntil      *time.Time        `json:"offline_until" doc:"until then the device goes on by its file, and only the vendor's staff may release it"`
	RefreshBy         *time.Time        `json:"refresh_by" doc:"until when its newest file is good, and wants a refresh file; null: as long as the licence, or no file"`
	DeletionAskedAt   *time.Time        `json:"deletion_asked_at" doc:"when its owner deleted it, while it goes on by its file; in lists null"`
	DeletionDueAt     *time.Time        `json:"deletion_due_at" doc:"when its place is free then; null: when the vendor says so"`
	GoodwillUntil     *time.Time        `json:"goodwill_until"`
	SuspendedUntil    *time.Time        `json:"suspended_until"`
	ActivatedAt       time.Time         `json:"activated_at"`
	LastSeenAt        time.Time         `json:"last_seen_at"`
	ReleasedAt        *time.Time        `json:"released_at" doc:"null while the client holds it"`
	ReleaseReason     *string           `json:"release_reason"`
}

func showActivation(v *licensing.Activation) ownActivation {
	variables := v.Client.Variables
	if variables == nil {
		variables = map[string]string{}
	}
	return ownActivation{
		ID: v.UUID, ClientID: v.Device.Number, DisplayName: v.DisplayName, ClientName: v.Client.Name, ClientDescription: v.Client.Description,
		Hostname: v.Client.Hostname,
		Platform: v.Client.Platform, OperatingSystem: v.Client.OperatingSystem, SoftwareVersion: v.Client.SoftwareVersion, DeviceVariables: variables,
		Address: v.Client.Address, Country: v.Client.Country, IsGoodwill: v.IsGoodwill(), IsOffline: v.IsOffline,
		OfflineUntil: value.TimeOrNil(v.FileSaid()), RefreshBy: value.TimeOrNil(v.RefreshBy), GoodwillUntil: value.TimeOrNil(v.GoodwillUntil),
		SuspendedUntil: value.TimeOrNil(v.Device.SuspendedUntil), ActivatedAt: v.ActivatedAt, LastSeenAt: v.Pulse.LastSeenAt,
		ReleasedAt: value.TimeOrNil(v.ReleasedAt), ReleaseReason: value.TextOrNil(string(v.ReleaseReason)),
	}
}
