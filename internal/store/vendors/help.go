package vendors

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

var (
	_ vendors.HelpStore  = Store{}
	_ vendors.HelpReader = Store{}
)

// HelpIn implements vendors.HelpStore.
func (Store) HelpIn(t tx.Tx, id ident.VendorID, language string) (text string, err error) {
	_, err = store.On(t).QueryRow(`SELECT body FROM help_texts WHERE vendor_id = $1 AND language = $2`, []any{id, language}, &text)
	return text, err
}

// SetHelp implements vendors.HelpStore.
func (Store) SetHelp(t tx.Tx, id ident.VendorID, language, text string) error {
	if text == "" {
		return store.On(t).Later(`DELETE FROM help_texts WHERE vendor_id = $1 AND language = $2`, id, language)
	}
	return store.On(t).Later(`INSERT INTO help_texts (vendor_id, language, body, updated_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vendor_id, language) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`, id, language, text, t.Now().UnixMilli())
}

// Help implements vendors.HelpReader.
func (s Store) Help(ctx context.Context, id ident.VendorID) (map[string]string, error) {
	texts := map[string]string{}
	_, err := store.All[string](s.DB.Query(ctx, `SELECT language, body FROM help_texts WHERE vendor_id = $1`, id))(
		func(scan store.Scan) (language string, err error) {
			var text string
			err = scan(&language, &text)
			texts[language] = text
			return language, err
		})
	return texts, err
}
