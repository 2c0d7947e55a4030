package slascone

// infoSize is what an answer takes that carries no long lists.
const infoSize = 2048

// append appends the answer as JSON: the hottest answer there is, and
// encoding/json's reflection costs more than the rest of what makes it.
func (i *licenseInfo) append(to []byte) []byte {
	b := object(append(to, '{'))
	b.name("customer")
	b = append(b, '{')
	b.id("customer_id", i.Customer.CustomerID)
	b.text("company_name", i.Customer.CompanyName)
	b.text("customer_number", i.Customer.CustomerNumber)
	b = append(b, '}')
	i.appendIdentity(&b)
	i.appendState(&b)
	i.appendRelease(&b)
	b.number("session_period", int64(i.SessionPeriod))
	b.number("heartbeat_period", int64(i.HeartbeatPeriod))
	b.number("freeride", int64(i.Freeride))
	b.bool("enforce_software_version_upgrade", i.EnforceUpgrade)
	i.appendGrants(&b)
	b.instant("created_date_utc", &i.CreatedDate)
	b.name("license_type")
	b = append(b, '{')
	b.id("id", i.LicenseType.ID)
	b.text("name", i.LicenseType.Name)
	b = append(b, '}')
	b.bool("is_goodwill", i.IsGoodwill)
	b.optional("goodwill_notice", i.GoodwillNotice)
	b.optional("validity_reason", i.ValidityReason)
	b.number("activations_used", i.ActivationsUsed)
	if i.ActivationsAllowed == nil {
		b.name("activations_allowed")
		b.null()
	} else {
		b.number("activations_allowed", *i.ActivationsAllowed)
	}
	b.number("serial", i.Serial)
	if len(i.VariablesDropped) > 0 {
		b.texts("device_variables_dropped", i.VariablesDropped)
	}
	return append(b, '}')
}

func (i *licenseInfo) appendIdentity(b *object) {
	b.optional("license_name", i.LicenseName)
	b.optionalID("license_key", i.LicenseKey)
	b.optionalID("token_key", i.TokenKey)
	b.optional("legacy_license_key", i.LegacyLicenseKey)
	b.optional("client_id", i.ClientID)
	b.optional("client_name", i.ClientName)
	b.optional("client_description", i.ClientDescription)
	b.text("product_name", i.ProductName)
	b.id("product_id", i.ProductID)
	b.text("template_name", i.TemplateName)
	b.id("template_id", i.TemplateID)
	b.number("provisioning_mode", int64(i.ProvisioningMode))
	b.number("client_type", int64(i.ClientType))
}

func (i *licenseInfo) appendState(b *object) {
	b.bool("is_license_active", i.IsLicenseActive)
	b.bool("is_license_expired", i.IsLicenseExpired)
	b.bool("is_license_valid", i.IsLicenseValid)
	b.instant("start_date_utc", i.StartDate)
	b.instant("expiration_date_utc", &i.ExpirationDate)
	b.number("date_validity", int64(i.DateValidity))
	b.number("token_limit", i.TokenLimit)
	b.number("floating_token_limit", i.FloatingTokenLimit)
	b.bool("is_temporary", i.IsTemporary)
	b.bool("is_software_version_valid", i.IsVersionValid)
}

func (i *licenseInfo) appendRelease(b *object) {
	b.name("software_release_limitation")
	if r := i.ReleaseLimitation; r == nil {
		b.null()
	} else {
		*b = append(*b, '{')
		b.id("id", r.ID)
		b.id("product_id", r.ProductID)
		b.text("software_release", r.Release)
		b.text("description", r.Description)
		*b = append(*b, '}')
	}
	b.bool("is_newer_software_shipment_available", i.IsNewerAvailable)
	b.name("latest_software_shipment")
	if s := i.LatestShipment; s == nil {
		b.null()
	} else {
		*b = append(*b, '{')
		b.optionalID("id", s.ID)
		b.id("product_id", s.ProductID)
		b.text("version_number", s.VersionNumber)
		b.optional("description", s.Description)
		b.bool("is_latest", s.IsLatest)
		*b = append(*b, '}')
	}
}

func (i *licenseInfo) appendGrants(b *object) {
	list(b, "features", i.Features, func(b *object, f *feature) {
		b.id("id", f.ID)
		b.text("name", f.Name)
		b.text("description", f.Description)
		b.bool("is_active", f.IsActive)
		b.instant("expiration_date_utc", f.ExpirationDate)
	})
	list(b, "limitations", i.Limitations, func(b *object, l *limitation) {
		b.id("id", l.ID)
		b.text("name", l.Name)
		b.text("description", l.Description)
		b.quantity("value", l.Value)
		b.quantity("remaining", l.Remaining)
		b.quantity("balance", l.Balance)
		b.number("consumption_reset_mode", int64(l.ResetMode))
		b.number("consumption_reset_period_days", int64(l.ResetPeriodDays))
	})
	list(b, "variables", i.Variables, func(b *object, v *variable) {
		b.id("id", v.ID)
		b.text("name", v.Name)
		b.text("description", v.Description)
		b.text("value", v.Value)
	})
	list(b, "constrained_variables", i.Constrained, func(*object, *struct{}) {})
	list(b, "license_users", i.LicenseUsers, func(b *object, u *licenseUser) { b.text("user_id", u.UserID) })
}
