package outbox

import "testing"

func TestCheck(t *testing.T) {
	t.Parallel()
	event := []string{LicenseIssued}
	for name, c := range map[string]struct {
		s    Subscription
		good bool
	}{
		"webhook":         {Subscription{Kind: Webhook, Target: "https://hooks.example.com/a?b=c", Events: event}, true},
		"mail":            {Subscription{Kind: Mail, Target: "ops@example.com", Events: event}, true},
		"no events":       {Subscription{Kind: Mail, Target: "ops@example.com"}, false},
		"unknown event":   {Subscription{Kind: Mail, Target: "ops@example.com", Events: []string{"license.exploded"}}, false},
		"unknown kind":    {Subscription{Kind: "pigeon", Target: "ops@example.com", Events: event}, false},
		"file":            {Subscription{Kind: Webhook, Target: "file:///etc/passwd", Events: event}, false},
		"no host":         {Subscription{Kind: Webhook, Target: "https:///a", Events: event}, false},
		"no such port":    {Subscription{Kind: Webhook, Target: "https://host:99999/", Events: event}, false},
		"opaque":          {Subscription{Kind: Webhook, Target: "https:a", Events: event}, false},
		"password in it":  {Subscription{Kind: Webhook, Target: "https://u:p@example.com/", Events: event}, false},
		"named mail":      {Subscription{Kind: Mail, Target: "Ops <ops@example.com>", Events: event}, false},
		"header in mail":  {Subscription{Kind: Mail, Target: "ops@example.com\r\nBcc: x@example.com", Events: event}, false},
		"control in link": {Subscription{Kind: Webhook, Target: "https://example.com/\x00", Events: event}, false},
	} {
		if _, err := c.s.read(c.s.Events, ""); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}
