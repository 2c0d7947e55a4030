package catalog

import (
	"chancery/internal/ident"
	"chancery/internal/terms"
)

// What the audit log keeps of a change.

func productRecord(p Product) any {
	return struct {
		Name                string `json:"name"`
		Description         string `json:"description"`
		MaximumInactiveDays *int   `json:"maximum_inactive_days"`
		PrintedKeys         bool   `json:"printed_keys"`
		AllowClientMoves    bool   `json:"allow_client_moves"`
		LatestRelease       string `json:"latest_release"`
		HideKeys            bool   `json:"hide_keys_in_heartbeats"`
		IsArchived          bool   `json:"is_archived"`
	}{p.Name, p.Description, p.MaximumInactiveDays, p.PrintedKeys, p.AllowClientMoves, p.LatestRelease, p.HideKeysInHeartbeats, !p.ArchivedAt.IsZero()}
}

func definitionRecord(product ident.UUID, d Definition) any {
	return struct {
		ProductID   ident.UUID `json:"product_id"`
		Name        string     `json:"name"`
		Description string     `json:"description"`
	}{product, d.Name, d.Description}
}

func releaseRecord(product ident.UUID, r Release) any {
	return struct {
		ProductID       ident.UUID `json:"product_id"`
		SoftwareRelease string     `json:"software_release"`
		Description     string     `json:"description"`
	}{product, r.SoftwareRelease, r.Description}
}

func editionRecord(e Edition) any {
	return struct {
		ProductID   ident.UUID        `json:"product_id"`
		Name        string            `json:"name"`
		Description string            `json:"description"`
		Mode        terms.Mode        `json:"provisioning_mode"`
		ClientType  terms.ClientType  `json:"client_type"`
		LicenseType terms.LicenseType `json:"license_type"`
		Policy      terms.Policy      `json:"policy"`
		Grants      terms.Grants      `json:"grants"`
		IsArchived  bool              `json:"is_archived"`
	}{e.ProductUUID, e.Name, e.Description, e.Mode, e.ClientType, e.LicenseType, e.Policy, e.Grants, !e.ArchivedAt.IsZero()}
}
