// Package settings owns the pages of a vendor's own settings: its name and where
// help is found, its branding and host names, the OpenID provider of its team,
// API keys, signing keys, and the plan. Team, webhooks and mail have
// areas of their own.
package settings
