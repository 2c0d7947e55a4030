package vendors

import (
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// goods are what a vendor sells and to whom; all else that programs and people of
// customers make hangs on these.
var goods = []string{"products", "customers", "devices", "prepaid_cards", "observe_subjects"} //nolint:gochecknoglobals // a list that never changes

// own are the tables that a vendor without goods may have rows in, each before those
// it refers to.
var own = []string{ //nolint:gochecknoglobals // as goods
	"observe_joins", "observe_invalid_counts", "observe_invalid", "observe_environments", "observe_sessions", "observe_coverage", "observe_changes",
	"observe_account_pairs", "observe_actor_pairs", "observe_subjects", "observe_blocks", "observe_seen", "observe_ids", "observe_inbox",
	"observe_state", "observe_settings",
	"prepaid_unknown", "prepaid_transfers", "prepaid_orders", "prepaid_codes", "prepaid_settings",
	"import_lines", "imports", "help_texts", "mail_templates", "mail_rules", "mails", "answers", "deliveries", "outbox", "subscription_events", "subscriptions",
	"audit_heads", "audit_seals", "audit_log", "figure_days", "figures", "denials", "known_places", "failed_attempts",
	"sign_in_ceremonies", "sign_in_steps", "user_links", "former_links", "user_sessions", "customer_users", "address_moves", "former_slugs", "vendor_hosts",
	"incoming_webhooks", "api_keys", "key_lists", "signing_keys", "user_identities", "identity_providers",
	"location_removals", "vendor_logos", "new_device_marks", "mail_choices", "access_tokens", "passkeys", "recovery_codes", "totp_secrets", "users", "roles",
}

// Remove implements vendors.Store.
func (Store) Remove(t tx.Tx, id ident.VendorID) (empty bool, err error) {
	s := store.On(t)
	for _, table := range goods {
		var one int
		if found, err := s.QueryRow(`SELECT 1 FROM `+table+` WHERE vendor_id = $1 LIMIT 1`, []any{id}, &one); err != nil || found {
			return false, err
		}
	}
	for _, table := range own {
		if _, err := s.Exec(`DELETE FROM `+table+` WHERE vendor_id = $1`, id); err != nil {
			return false, err
		}
	}
	if _, err := s.Exec(`DELETE FROM vendors WHERE id = $1`, id); err != nil {
		return false, err
	}
	return true, store.Bump(t)
}

// Names implements vendors.Store.
func (Store) Names(t tx.Tx) (map[string]string, error) {
	names := map[string]string{}
	_, err := store.All[string](store.On(t).Query(`SELECT name, slug FROM vendors`))(func(scan store.Scan) (name string, err error) {
		var slug string
		err = scan(&name, &slug)
		names[name] = slug
		return name, err
	})
	return names, err
}
