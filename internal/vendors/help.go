package vendors

import (
	"context"
	"strings"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// HelpStore keeps what vendors tell the owners of their licences.
type HelpStore interface {
	// Get gives a vendor, locked until the transaction ends.
	Get(t tx.Tx, id ident.VendorID) (v Vendor, found bool, err error)

	// HelpIn gives a vendor's text in a language; "" for none.
	HelpIn(t tx.Tx, id ident.VendorID, language string) (string, error)

	// SetHelp stores it; "" removes it.
	SetHelp(t tx.Tx, id ident.VendorID, language, text string) error
}

// Helps changes what vendors tell the owners of their licences under Help.
type Helps struct{ Store HelpStore }

// maxHelp is how long a help text may be, in characters.
const maxHelp = 20_000

// Set changes the text in one language. With "" owners see the text to begin with again.
// The language is one that screens can be had in, which the caller knows.
func (s Helps) Set(t tx.Tx, id ident.VendorID, language, text string) error {
	var wrong fault.Fields
	wrong.Text("language", language, 2, 10)
	text = entry.Lines(&wrong, "help_"+language, strings.TrimSpace(text), 0, maxHelp)
	if err := wrong.Err(); err != nil {
		return err
	}
	v, found, err := s.Store.Get(t, id)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing("vendor")
	}
	before, err := s.Store.HelpIn(t, id, language)
	if err != nil || before == text {
		return err
	}
	t.Journal(tx.Entry{
		Vendor: id, Action: "vendor.help_changed", Subject: "vendor", ID: v.UUID,
		Before: helpRecord{language, before}, After: helpRecord{language, text},
	})
	return s.Store.SetHelp(t, id, language, text)
}

type helpRecord struct {
	Language string `json:"language"`
	Text     string `json:"text"`
}

// HelpReader reads help texts outside of transactions.
type HelpReader interface {
	// Help gives a vendor's texts by language; none where it has none of its own.
	Help(ctx context.Context, id ident.VendorID) (map[string]string, error)
}
