package console

import "chancery/internal/web"

// Name is the first part of the console's addresses.
const Name = "console"

// Places are the console's pages that shared pages lead to.
func Places() web.Places {
	return web.Places{
		License: "/licenses/{id}", Customer: "/customers/{id}", Product: "/products/{id}", Edition: "/editions/{id}",
		Activation: "/devices/{id}", Session: "/sessions/{id}", Mail: "/settings/mail/log/{id}",
		CustomerMatches: "/customers/matches", Search: "/search", TestClock: "/settings/test-clock",
	}
}
