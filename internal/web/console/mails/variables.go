package mails

import "chancery/internal/mailing"

// meaning says what a variable of templates holds. A test holds that each has one.
func meaning(name string) string {
	return map[string]string{
		"Vendor": "your name", "SupportEmail": "where your customers find help; may be empty", "Website": "your website; may be empty",
		"Recipient": "the person's name; may be empty", "Customer": "the customer's name", "Product": "the product's name", "ProductID": "the product's id",
		"License": "the licence's name, or its edition's", "LicenseKey": "the key to enter", "DashboardLink": "where the customer signs in; empty while the server does not know its own address",
		"Used": "activations in use", "Contract": "activations by contract", "Allowed": "activations with buffer and goodwill",
		"Device": "the device that was activated; may be empty", "Until": "when the goodwill activation ends; may be empty",
		"EndsOn": "the licence's last day; may be empty", "DaysLeft": "days until then",
		"Meter": "the meter's name", "Percent": "the alert that it has reached, in per cent", "Consumed": "what is consumed of it",
		"Limit": "what is allowed of it", "NextReset": "the day of its next reset; may be empty",
		"Link": "the single-use link", "LinkExpires": "when the link ends, such as “in one hour”", "Role": "the role; may be empty",
		"Address": "the new address", "FormerAddress": "the address until then",
		"SignInLink": "where the person signs in; empty while the server does not know its own address",
		"ByStaff":    "not empty where somebody of your team asked for it",
		"Event":      "the event's name", "Payload": "what it says, as JSON",
	}[name]
}

// sampleOf gives what previews show, by variable.
func sampleOf(d mailing.Data, v mailing.Vendor) map[string]string {
	return map[string]string{
		"Vendor": v.Name, "SupportEmail": v.SupportEmail, "Website": v.Website, "Recipient": d.Recipient, "Customer": d.Customer, "Product": d.Product,
		"ProductID": d.ProductID, "License": d.License, "LicenseKey": d.LicenseKey, "DashboardLink": d.DashboardLink, "Used": d.Used,
		"Contract": d.Contract, "Allowed": d.Allowed, "Device": d.Device, "Until": d.Until, "EndsOn": d.EndsOn, "DaysLeft": d.DaysLeft,
		"Meter": d.Meter, "Percent": d.Percent, "Consumed": d.Consumed, "Limit": d.Limit, "NextReset": d.NextReset,
		"Link": d.Link, "LinkExpires": d.LinkExpires, "Role": d.Role,
		"Address": d.Address, "FormerAddress": d.FormerAddress, "SignInLink": d.SignInLink, "ByStaff": d.ByStaff, "Event": d.Event, "Payload": d.Payload,
	}
}
