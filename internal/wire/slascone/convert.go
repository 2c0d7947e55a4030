package slascone

import (
	"slices"
	"time"

	"chancery/internal/entry"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/terms"
)

// infoOf converts a state, with the readings of its meters, to what clients read.
func infoOf(s licensing.State, meters []metering.Reading) licenseInfo {
	l, e, p := s.License, s.License.Edition, s.Terms.Policy
	info := licenseInfo{
		Customer:    customerAccount{l.Customer.UUID, l.Customer.CompanyName, l.Customer.CustomerNumber},
		LicenseName: text(l.Name), LicenseKey: &l.LicenseKey, LegacyLicenseKey: text(l.LegacyKey),
		ProductName: l.Product.Name, ProductID: l.Product.UUID, TemplateName: e.Name, TemplateID: e.UUID,
		ProvisioningMode: number(e.Mode == terms.Floating), ClientType: number(e.ClientType == terms.Users),
		IsLicenseActive: l.IsActive, IsLicenseExpired: s.IsExpired, IsLicenseValid: s.IsValid,
		StartDate: when(l.StartsAt), ExpirationDate: endOf(s), DateValidity: int(s.DateValidity),
		TokenLimit: p.TokenLimit, FloatingTokenLimit: p.FloatingTokenLimit, IsTemporary: l.IsTemporary, IsVersionValid: s.VersionAllowed,
		ReleaseLimitation: releaseOf(s), SessionPeriod: p.SessionPeriodMinutes, HeartbeatPeriod: p.HeartbeatPeriodDays, Freeride: p.FreerideDays,
		EnforceUpgrade: p.EnforceUpgrade, Features: featuresOf(s), Limitations: limitationsOf(s.Terms.Grants, meters), Variables: variablesOf(s.Terms.Grants),
		Constrained: []struct{}{}, LicenseUsers: usersOf(l), CreatedDate: instant(s.At), LicenseType: licenseTypes[e.LicenseType],
		GoodwillNotice: text(s.GoodwillNotice()), ValidityReason: text(s.Reason),
		UsedUpAt: when(s.UsedUpAt), UsedUpReason: text(s.UsedUpReason), Help: text(s.Help()),
		ActivationsUsed: s.Used, ActivationsAllowed: s.Allowed, Serial: s.Serial,
	}
	version := ""
	if a := s.Activation; a != nil {
		info.TokenKey, info.ClientID = &a.TokenKey, &a.Device.Number
		info.ClientName, info.ClientDescription = text(a.Client.Name), text(a.Client.Description)
		info.IsGoodwill, version = s.IsGoodwill, a.Client.SoftwareVersion
	}
	if latest := l.Product.LatestRelease; latest != "" {
		newest, known := entry.ReadVersion(latest)
		running, readable := entry.ReadVersion(version)
		info.IsNewerAvailable = known && readable && newest.Compare(running) > 0
		info.LatestShipment = shipmentOf(l, latest)
	}
	return info
}

// endOf is what a client reads as the licence's end. One that is reckoned from
// the first activation, which is still to come, is told as if that were now: the
// answer is signed and may be kept, and must not pass for a licence without end.
func endOf(s licensing.State) instant {
	if end := s.EndsBy(); !end.IsZero() {
		return instant(end)
	}
	return never
}

func releaseOf(s licensing.State) *release {
	limit := s.Terms.Policy.ReleaseLimit
	if limit == "" {
		return nil
	}
	r := release{ProductID: s.License.Product.UUID, Release: limit}
	if i := slices.IndexFunc(s.License.Edition.Releases, func(k licensing.Release) bool { return k.Release == limit }); i >= 0 {
		r.ID, r.Description = s.License.Edition.Releases[i].UUID, s.License.Edition.Releases[i].Description
	}
	return &r
}

func shipmentOf(l *licensing.License, version string) *shipment {
	s := shipment{ProductID: l.Product.UUID, VersionNumber: version, IsLatest: true}
	if i := slices.IndexFunc(l.Edition.Releases, func(k licensing.Release) bool { return k.Release == version }); i >= 0 {
		r := l.Edition.Releases[i]
		s.ID, s.Description = &r.UUID, text(r.Description)
	}
	return &s
}

func featuresOf(s licensing.State) []feature {
	all := make([]feature, len(s.Terms.Grants.Features))
	for i, f := range s.Terms.Grants.Features {
		all[i] = feature{ID: f.ID, Name: f.Name, Description: f.Description, IsActive: f.IsActive}
		if f.ExpiresAt != nil {
			all[i].ExpirationDate = when(*f.ExpiresAt)
			all[i].IsActive = f.IsActive && s.At.Before(*f.ExpiresAt)
		}
	}
	return all
}

func limitationsOf(g terms.Grants, meters []metering.Reading) []limitation {
	all := make([]limitation, len(g.Limitations))
	for i, k := range g.Limitations {
		all[i] = limitation{ID: k.ID, Name: k.Name, Description: k.Description, ResetMode: k.Reset.WireNumber(), ResetPeriodDays: k.ResetDays}
		if k.Limit != nil {
			q := quantity(*whole(k.Limit))
			all[i].Value, all[i].Remaining, all[i].Balance = &q, &q, &q
		}
		if at := slices.IndexFunc(meters, func(m metering.Reading) bool { return m.Limitation.ID == k.ID }); at >= 0 {
			c := meters[at].Consumption()
			all[i].Remaining, all[i].Balance = (*quantity)(c.Remaining()), (*quantity)(c.Balance())
		}
	}
	return all
}

// wholeUnits gives a limit as the protocol has it, an integer: one that was set
// with decimals, which was allowed once, is rounded down, and one above what 32 bits
// hold is as good as none. Clients fail on others.
func wholeUnits(millionths int64) int64 { return min(millionths/terms.Unit, unlimited) }

// whole rounds a limit so; nil is unlimited.
func whole(limit *int64) *int64 {
	if limit == nil {
		return nil
	}
	n := wholeUnits(*limit) * terms.Unit
	return &n
}

func usersOf(l *licensing.License) []licenseUser {
	all := make([]licenseUser, len(l.Users))
	for i, user := range l.Users {
		all[i] = licenseUser{user}
	}
	return all
}

func variablesOf(g terms.Grants) []variable {
	all := make([]variable, len(g.Variables))
	for i, v := range g.Variables {
		all[i] = variable{ID: v.ID, Name: v.Name, Description: v.Description, Value: v.Value}
	}
	return all
}

// text gives null for "".
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func when(t time.Time) *instant {
	if t.IsZero() {
		return nil
	}
	i := instant(t)
	return &i
}

// number gives the second value of a protocol's enum of two.
func number(second bool) int {
	if second {
		return 1
	}
	return 0
}
