package terms

// The units of numbers that a fault names.
const (
	days    = "days"
	minutes = "minutes"

	deactivations = "deactivations"
)

// MaxMinutes bounds the policy's minutes: a year.
const MaxMinutes = 525_600

var fields = []Field{ //nolint:gochecknoglobals // a table; Fields gives copies
	{
		Name: "activation_counting", Label: "What counts", Kind: Special, Mode: Named, Fixed: true,
		Hint: "Devices that hold an activation, or devices that are used in a calendar month. It can't be changed later.",
		of:   func(p *Policy) any { return &p.ActivationCounting },
	},
	{
		Name: "token_limit", Label: "Activations by contract", Unit: "devices", Kind: Number, Most: MaxTokens, Mode: Named,
		Hint: "How many clients a licence activates: what the customer has paid for.",
		of:   func(p *Policy) any { return &p.TokenLimit }, own: func(o *Overrides) any { return &o.TokenLimit },
	},
	{
		Name: "activation_buffer", Label: "Buffer", Unit: "devices", Kind: Number, Most: MaxTokens, Mode: Named,
		Hint: "More than the contract says, without a word to anybody; they count as regular. 0 for none.",
		of:   func(p *Policy) any { return &p.ActivationBuffer }, own: func(o *Overrides) any { return &o.ActivationBuffer },
	},
	{
		Name: "goodwill_token_limit", Label: "Goodwill", Unit: "devices", Kind: Number, Most: MaxTokens, Mode: Named,
		Hint: "Above contract and buffer: they work, and you see the licence in the goodwill zone. 0 for none.",
		of:   func(p *Policy) any { return &p.GoodwillTokenLimit }, own: func(o *Overrides) any { return &o.GoodwillTokenLimit },
	},
	{
		Name: "goodwill_days", Label: "Goodwill ends after", Unit: days, Kind: OptionalNumber, Least: 1, Most: MaxDays, Mode: Named, HeldOnly: true,
		Without: "when a place is free",
		Hint:    "Without a number a goodwill activation stays until a regular place is free for it.",
		of:      func(p *Policy) any { return &p.GoodwillDays }, own: func(o *Overrides) any { return &o.GoodwillDays },
	},
	{
		Name: "activation_on_creation", Label: "Activate a client with each licence", Kind: Special, Mode: Named,
		Hint: "The client that is activated when a licence is issued, where nobody names another. Devices only.",
		of:   func(p *Policy) any { return &p.ActivationOnCreation },
	},
	{
		Name: "floating_token_limit", Label: "Sessions at once", Unit: "sessions", Kind: Number, Most: MaxTokens, Mode: Floating,
		Hint: "How many sessions may be open at the same time.",
		of:   func(p *Policy) any { return &p.FloatingTokenLimit }, own: func(o *Overrides) any { return &o.FloatingTokenLimit },
	},
	{
		Name: "session_period_minutes", Label: "A session lapses after", Unit: minutes, Kind: Number, Least: 1, Most: MaxMinutes, Mode: Floating,
		Hint: "A client that does not renew its session within this time gives it up. 10 works well.",
		of:   func(p *Policy) any { return &p.SessionPeriodMinutes }, own: func(o *Overrides) any { return &o.SessionPeriodMinutes },
	},
	{
		Name: "max_sessions_per_client", Label: "Sessions for each client", Unit: "sessions", Kind: Number, Most: MaxTokens, Mode: Floating,
		Hint: "0: no limit of its own.",
		of:   func(p *Policy) any { return &p.MaxSessionsPerClient }, own: func(o *Overrides) any { return &o.MaxSessionsPerClient },
	},
	{
		Name: "checkout_period_minutes", Label: "Longest check-out", Unit: minutes, Kind: Number, Most: MaxMinutes, Mode: Floating,
		Hint: "How long a client may take a session along, away from the network. 0: not at all.",
		of:   func(p *Policy) any { return &p.CheckoutPeriodMinutes },
	},
	{
		Name: "enforce_floating_limit", Label: "Refuse sessions above the limit", Kind: Switch, Mode: Floating,
		Hint: "Off: they are let in and recorded as overuse, so that nobody's work stops.",
		of:   func(p *Policy) any { return &p.EnforceFloatingLimit }, own: func(o *Overrides) any { return &o.EnforceFloatingLimit },
	},
	{
		Name: "heartbeat_period_days", Label: "Heartbeat every", Unit: days, Kind: Number, Least: 1, Most: MaxDays,
		Hint: "How often clients should call. 1 is a good start: changes of a licence reach them within a day.",
		of:   func(p *Policy) any { return &p.HeartbeatPeriodDays }, own: func(o *Overrides) any { return &o.HeartbeatPeriodDays },
	},
	{
		Name: "freeride_days", Label: "Freeride", Unit: days, Kind: Number, Most: MaxDays,
		Hint: "How long a client runs without an answer, while a network or server is away. 7 is a good start.",
		of:   func(p *Policy) any { return &p.FreerideDays }, own: func(o *Overrides) any { return &o.FreerideDays },
	},
	{
		Name: "strict_heartbeats", Label: "Refuse heartbeats of a software version that is not allowed", Kind: Switch,
		Hint: "Off: they are answered, and the answer says that the version is not valid.",
		of:   func(p *Policy) any { return &p.StrictHeartbeats },
	},
	{
		Name: "offline_allowed", Label: "Offline use by files", Kind: Switch, HeldOnly: true,
		Hint: "A device without a network is activated by a file, and renewed by the next. Off: clients must reach the server. " +
			"Not for subscriptions: they end elsewhere, and a file would not hear of it.",
		of: func(p *Policy) any { return &p.OfflineAllowed }, own: func(o *Overrides) any { return &o.OfflineAllowed },
	},
	{
		Name: "xml_files_allowed", Label: "SLASCONE’s XML files too", Kind: Switch, HeldOnly: true,
		Hint: "For programs that are built on SLASCONE's clients. Off: devices live by files that are made for their own key alone, which nobody else can use.",
		of:   func(p *Policy) any { return &p.XMLFilesAllowed }, own: func(o *Overrides) any { return &o.XMLFilesAllowed },
	},
	{
		Name: "offline_days", Label: "A file is good for", Unit: days, Kind: OptionalNumber, Least: 1, Most: MaxDays, HeldOnly: true,
		Without: "as long as the licence",
		Hint: "Then the device wants a refresh file. It bounds how long a copied or given-up device goes on by its file. " +
			"Without a number: as long as the licence.",
		of: func(p *Policy) any { return &p.OfflineDays }, own: func(o *Overrides) any { return &o.OfflineDays },
	},
	{
		Name: "client_may_unassign", Label: "Clients may give their activation up", Kind: Switch, Frees: true,
		Hint: "So that people move to a new device without asking you. Off: only you can release it.",
		of:   func(p *Policy) any { return &p.ClientMayUnassign }, own: func(o *Overrides) any { return &o.ClientMayUnassign },
	},
	{
		Name: "deactivation_allowance", Label: "Deactivations allowed", Unit: deactivations, Kind: OptionalNumber, Most: MaxDeactivations, Frees: true,
		Without: "any number",
		Hint: "How many devices the licence's owner and its clients may release in the licence's life; what you release does not count. " +
			"Without a number: as many as they like.",
		of: func(p *Policy) any { return &p.DeactivationAllowance }, own: func(o *Overrides) any { return &o.DeactivationAllowance },
	},
	{
		Name: "dashboard_deactivation_allowance", Label: "Of those, in the dashboard", Unit: deactivations, Kind: OptionalNumber,
		Most: MaxDeactivations, Frees: true, Without: "no limit of its own",
		Hint: "How many of them the owner may release in its licensing dashboard. Without a number: no limit of its own.",
		of:   func(p *Policy) any { return &p.DashboardDeactivationAllowance },
		own:  func(o *Overrides) any { return &o.DashboardDeactivationAllowance },
	},
	{
		Name: "api_deactivation_allowed", Label: "The owner's access tokens may release devices", Kind: Switch, Frees: true,
		Hint: "By agreement: a program of the owner may then release any device of its licence through the API. Off: people do it, in the dashboard.",
		of:   func(p *Policy) any { return &p.APIDeactivationAllowed }, own: func(o *Overrides) any { return &o.APIDeactivationAllowed },
	},
	{
		Name: "expires_mode", Label: "It ends", Kind: Special, of: func(p *Policy) any { return &p.ExpiresMode },
	},
	{
		Name: "expires_at", Label: "Last day", Kind: Special, Hint: "The licences hold until this day is over in your time zone.",
		of: func(p *Policy) any { return &p.ExpiresAt },
	},
	{
		Name: "expires_days", Label: "After", Unit: days, Kind: Special, Least: 1, Most: MaxDays, Hint: "Of 24 hours each.",
		of: func(p *Policy) any { return &p.ExpiresDays },
	},
	{
		Name: "trial_days", Label: "Trial", Unit: days, Kind: Number, Most: MaxDays,
		Hint: "Above 0 the licence is a trial, and over so many days after its first activation. 0: a full licence.",
		of:   func(p *Policy) any { return &p.TrialDays }, own: func(o *Overrides) any { return &o.TrialDays },
	},
	{
		Name: "release_limit", Label: "Newest release that may run", Kind: Text,
		Hint: "A client with a newer one is refused when it activates. Maintenance that ended, for example.",
		of:   func(p *Policy) any { return &p.ReleaseLimit }, own: func(o *Overrides) any { return &o.ReleaseLimit },
	},
	{
		Name: "minimum_release", Label: "Oldest release that may run", Kind: Text, Hint: "A client with an older one is refused when it activates.",
		of: func(p *Policy) any { return &p.MinimumRelease }, own: func(o *Overrides) any { return &o.MinimumRelease },
	},
	{
		Name: "enforce_upgrade", Label: "Tell clients to upgrade", Kind: Switch,
		Hint: "Answers ask the program to take the newer release. What it does about it is the program's own.",
		of:   func(p *Policy) any { return &p.EnforceUpgrade }, own: func(o *Overrides) any { return &o.EnforceUpgrade },
	},
}
