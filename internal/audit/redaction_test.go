package audit_test

import (
	"strings"
	"testing"

	"chancery/internal/audit"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// redact erases a word from a record, and says so in the log where that is asked.
func (b auditBench) redact(t *testing.T, id int64, word string, said bool) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (struct{}, error) {
		r, err := b.rows.Record(x, b.vendor.ID, id)
		if err != nil || r == nil {
			t.Fatalf("record %d: %v", id, err)
		}
		one, ok := r.Redact(func(r *audit.Record) {
			text := strings.ReplaceAll(*r.After, word, "[erased]")
			r.After, r.ActorName, r.Address = &text, "", ""
		})
		if !ok {
			t.Fatalf("record %d: nothing was erased", id)
		}
		if said {
			x.Journal(tx.Entry{
				Vendor: b.vendor.ID, Action: audit.Redacted, Subject: "erasure", ID: b.IDs.V7(),
				After: audit.Redaction{Records: []audit.RedactedRecord{one}},
			})
		}
		return struct{}{}, b.rows.SaveRedacted(x, b.vendor.ID, *r)
	})
}

func (b auditBench) named(t *testing.T, names ...string) []int64 {
	t.Helper()
	ctx := tx.WithActor(t.Context(), tx.Actor{Kind: "user", ID: "u-1", Name: "Ann", Address: "192.0.2.7"})
	if err := b.DB.Run(ctx, func(x tx.Tx) error {
		for _, name := range names {
			x.Journal(tx.Entry{Vendor: b.vendor.ID, Action: "customer.updated", Subject: "customer", ID: b.IDs.V7(), After: map[string]string{"company_name": name}})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	last := int64(storetest.Count(t, b.Env, `SELECT MAX(id) FROM audit_log`))
	ids := make([]int64, len(names))
	for i := range names {
		ids[i] = last - int64(len(names)-1-i)
	}
	return ids
}

// What a record says of people can be erased; the chain stays whole, and says that
// nothing else was changed.
func TestPersonalDataCanBeErasedFromTheChain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAudit(t, e, 0)
		ids := b.named(t, "Kirk", "Lind", "Moos", "Nord", "Oehl")
		b.round(t, false)
		b.redact(t, ids[0], "Kirk", true)
		if r := b.verify(t); len(r.Broken) != 0 || r.Erased != 1 || r.Unsealed != 1 {
			t.Errorf("before the erasure is sealed: %+v", r)
		}
		head := must(audit.ParseHead(strings.TrimPrefix(b.round(t, false), "signed ")))
		b.redact(t, ids[0], "company_name", true) // a second time
		b.round(t, false)
		if r := b.verify(t, head); len(r.Broken) != 0 || r.Erased != 1 {
			t.Errorf("%+v", r)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE after_value LIKE '%Kirk%' OR id = $1 AND salt IS NOT NULL`, ids[0]); n != 0 {
			t.Error("the name or the salt of its hash is left")
		}

		broken := func(what, want string, change func()) {
			t.Helper()
			change()
			if r := b.verify(t, head); len(r.Broken) != 1 || !strings.Contains(r.Broken[0], want) {
				t.Errorf("%s: %q, want %q", what, r.Broken, want)
			}
		}
		exec := func(text string, args ...any) {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (int64, error) { return store.On(x).Exec(text, args...) })
		}
		broken("an erasure of which the log says nothing", "no record says that it was erased", func() { b.redact(t, ids[1], "Lind", false) })
		exec(`UPDATE audit_log SET after_value = '{}', personal_hash = NULL WHERE id = $1`, ids[1])
		broken("a record that hides its erasure", "was changed", func() {})
	})
}

// What is erased was bound to its record: nobody changes the rest under that cover.
func TestAnErasureCoversNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		exec := func(text string, args ...any) {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (int64, error) { return store.On(x).Exec(text, args...) })
		}
		for name, change := range map[string]string{
			"what is left": `UPDATE audit_log SET after_value = '{"company_name":"Evil"}' WHERE id = $1`,
			"the action":   `UPDATE audit_log SET action = 'customer.created' WHERE id = $1`,
			"the time":     `UPDATE audit_log SET at = at + 1 WHERE id = $1`,
			"the hash":     `UPDATE audit_log SET personal_hash = $2 WHERE id = $1`,
		} {
			b := newAuditOf(t, e, name)
			id := b.named(t, "Kirk")[0]
			b.round(t, false)
			b.redact(t, id, "Kirk", true)
			b.round(t, false)
			args := []any{id}
			if name == "the hash" {
				args = append(args, make([]byte, 32))
			}
			exec(change, args...)
			if r := b.verify(t); len(r.Broken) != 1 || !strings.Contains(r.Broken[0], "was changed") {
				t.Errorf("%s: %q", name, r.Broken)
			}
		}
	})
}

// Records that older programs wrote or sealed have no salt in their digest.
func TestOldRecordsStayProvable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAudit(t, e, 0)
		ids := b.named(t, "Kirk", "Lind")
		// An older program writes no salt, and seals without one.
		storetest.Do(t, e, func(x tx.Tx) (int64, error) {
			return store.On(x).Exec(`UPDATE audit_log SET salt = NULL WHERE id = $1`, ids[0])
		})
		b.round(t, false)
		storetest.Do(t, e, func(x tx.Tx) (int64, error) {
			return store.On(x).Exec(`UPDATE audit_log SET salt = $2 WHERE id = $1`, ids[0], make([]byte, 16)) // written by a new one, sealed by an old one
		})
		if r := b.verify(t); len(r.Broken) != 0 {
			t.Errorf("%q", r.Broken)
		}
		storetest.Do(t, e, func(x tx.Tx) (int64, error) {
			return store.On(x).Exec(`UPDATE audit_log SET salt = NULL WHERE id = $1`, ids[0])
		})
		b.redact(t, ids[0], "Kirk", true)
		b.round(t, false)
		if r := b.verify(t); len(r.Broken) != 0 || r.Erased != 1 {
			t.Errorf("%+v", r)
		}
		storetest.Do(t, e, func(x tx.Tx) (int64, error) {
			return store.On(x).Exec(`UPDATE audit_log SET action = 'x' WHERE id = $1`, ids[0])
		})
		if r := b.verify(t); len(r.Broken) != 1 {
			t.Errorf("%+v", r)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
