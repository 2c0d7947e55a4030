package server_test

// prepaidForms are the forms of prepaid device licences.
func (*formWalk) prepaidForms() []edited {
	return []edited{
		{
			route: "/prepaid/codes/{id}", at: "/prepaid/codes/$code", api: "/prepaid/license-codes", item: "id=$code", row: "prepaid_codes uuid=$code",
			fields: map[string]string{
				"code": "TR-91", "name": "Tracker, 91 days", "models": "GT07*\nGT08 ; api models=GT07*,GT08 ; row -", "days": "91", "price_note": "nine\nninety",
				"contact": "days@example.com\nor the shop",
			},
		},
		{
			route: "/prepaid/settings/{customer}/edit", at: "/prepaid/settings/$customer/edit", api: "/prepaid/customers/$customer", row: "customers uuid=$customer",
			fields: map[string]string{
				"allow_superior": "on ; api allow_superior=true ; row -", "accept_transfer": "on ; api accept_transfer=true ; row -",
				"next_card": "on ; api next_card=true ; row -", "low_days": "41 ; row -", "very_low_days": "7 ; row -",
			},
		},
		{
			route: "/prepaid/devices/{number}/model", at: "/prepaid/devices/350001/model", api: "/prepaid/devices/350001", row: "prepaid_device_numbers number=350001",
			fields: map[string]string{"model": "GT06X"},
		},
		{
			route: "/prepaid/settings/grace", api: "/prepaid/settings", row: "vendors uuid=$vendor", fields: map[string]string{"grace_days": "9 ; row -"},
		},
	}
}
