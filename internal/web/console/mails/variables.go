package mails

// meaning says what a variable of templates holds. A test holds that each has one.
func meaning(name string) string {
	return map[string]string{
		"Vendor": "your name", "SupportEmail": "where your customers find help; may be empty", "Website": "your website; may be empty",
		"Recipient": "the person's name; may be empty", "Customer": "the customer's name", "Product": "the product's name", "ProductID": "the product's id",
		"License": "the licence's name, or its edition's", "LicenseKey": "the key to enter", "DashboardLink": "where the customer signs in; empty while the server does not know its own address",
		"Used": "activations in use", "Contract": "activations by contract", "Allowed": "activations with buffer and goodwill",
		"MonthEnds": "the last day of the month, where the devices of each month are counted; empty where activations are",
		"Device":    "the device that was activated, or several; may be empty",
		"Devices":   "how many devices; empty for one", "More": "how many devices are not named; may be empty",
		"Until":     "when the goodwill activation ends; may be empty",
		"RefreshBy": "the last day of the device's file",
		"EndsOn":    "the licence's last day; may be empty", "DaysLeft": "days until then",
		"Meter": "the meter's name", "Percent": "the alert that it has reached, in per cent", "Consumed": "what is consumed of it",
		"Limit": "what is allowed of it", "NextReset": "the day of its next reset; may be empty",
		"Link": "the single-use link", "LinkExpires": "when the link ends, such as “in 1 hour”", "Role": "the role; may be empty",
		"Address": "the new address", "FormerAddress": "the address until then",
		"SignInLink": "where the person signs in; empty while the server does not know its own address",
		"ByStaff":    "not empty where somebody of your team asked for it",
		"AskedBy":    "who has asked for it; of a hand-over empty where it was the licensee",
		"Wish":       "what is asked for, in words", "Quantity": "how much of it; may be empty", "Months": "of a renewal; may be empty",
		"Message": "what who has asked writes; may be empty", "Answer": "what your team answers; may be empty",
		"Declined": "not empty where your team has declined", "RequestsLink": "your list of requests; empty while the server does not know its own address",
		"LowCards": "prepaid cards that came down to LowDays days; empty for none", "LowDays": "the customer's first threshold, in days",
		"VeryLowCards": "those that came down to VeryLowDays days; empty for none", "VeryLowDays": "the customer's second threshold, in days",
		"SpentCards": "prepaid cards that were used up; empty for none", "DarkDevices": "devices that stop within 7 days; empty for none",
		"Event": "the event's name", "Payload": "what it says, as JSON",
	}[name]
}
