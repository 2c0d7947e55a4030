package erasure

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"chancery/internal/audit"
	"chancery/internal/erasure"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Tables implements erasure.Store.
func (Store) Tables() []string {
	names := make([]string, len(tables))
	for i, k := range tables {
		names[i] = k.name
	}
	return names
}

func tableOf(e erasure.Erasure) (table, error) {
	for _, k := range tables {
		if k.name == e.Stage {
			return k, nil
		}
	}
	return table{}, fmt.Errorf("erasure: no table %q", e.Stage)
}

// query builds a statement whose arguments come as they are needed.
type query struct {
	args []any
}

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// related is an expression of the bits of a row.
func (q *query) related(k table, e erasure.Erasure) string {
	parts := []string{"0"}
	for _, r := range k.related {
		condition := strings.ReplaceAll(r.condition, "{of}", "l.vendor_id = x.vendor_id AND l.erasure_id = "+strconv.FormatInt(e.ID, 10))
		if strings.Contains(condition, "{subject}") {
			if e.Subject.IsZero() {
				continue
			}
			condition = strings.ReplaceAll(condition, "{subject}", q.arg(e.Subject))
		}
		if strings.Contains(condition, "{subject_text}") {
			if e.Kind != erasure.User {
				continue
			}
			condition = strings.ReplaceAll(condition, "{subject_text}", q.arg(e.Subject.String()))
		}
		parts = append(parts, "CASE WHEN "+condition+" THEN "+strconv.Itoa(r.bits)+" ELSE 0 END")
	}
	return strings.Join(parts, " | ")
}

// Page implements erasure.Store.
func (s Store) Page(ctx context.Context, e erasure.Erasure, limit int) ([]erasure.Row, error) {
	k, err := tableOf(e)
	if err != nil {
		return nil, err
	}
	q := &query{}
	columns := make([]string, 0, len(k.key)+len(k.texts)+1)
	for _, name := range k.key {
		columns = append(columns, "x."+name)
	}
	columns = append(columns, q.related(k, e))
	for _, c := range k.texts {
		columns = append(columns, "x."+c.name)
	}
	text := `SELECT ` + strings.Join(columns, ", ") + ` FROM ` + k.name + ` x WHERE x.vendor_id = ` + q.arg(e.Vendor)
	if k.where != "" {
		text += ` AND ` + k.where
	}
	keys := "x." + strings.Join(k.key, ", x.")
	if e.After != "" {
		after, err := keyOf(e.After)
		if err != nil {
			return nil, err
		}
		places := make([]string, len(after))
		for i, v := range after {
			places[i] = q.arg(v)
		}
		text += ` AND (` + keys + `) > (` + strings.Join(places, ", ") + `)`
	}
	rows, err := s.DB.Query(ctx, text+` ORDER BY `+keys+` LIMIT `+strconv.Itoa(limit), q.args...)
	return store.All[erasure.Row](rows, err)(k.scan)
}

func (k table) scan(scan store.Scan) (erasure.Row, error) {
	key := make([]any, len(k.key))
	values := make([]sql.Null[string], len(k.texts))
	var r erasure.Row
	dest := make([]any, 0, len(key)+len(values)+1)
	for i := range key {
		dest = append(dest, &key[i])
	}
	dest = append(dest, &r.Related)
	for i := range values {
		dest = append(dest, &values[i])
	}
	if err := scan(dest...); err != nil {
		return r, err
	}
	text, err := json.Marshal(key)
	if err != nil {
		return r, fmt.Errorf("erasure: a key of %s: %w", k.name, err)
	}
	r.Key = string(text)
	for i, c := range k.texts {
		mark := c.mark
		if c.id {
			mark = fmt.Sprintf("erased-%v", key[0])
		}
		r.Texts = append(r.Texts, erasure.Text{
			Value: values[i].V, Was: values[i].V, Null: !values[i].Valid,
			Blank: c.blank, Mark: mark, About: c.about, Whole: c.whole, Named: c.named,
		})
	}
	return r, nil
}

// keyOf reads a key as Row.Key has it.
func keyOf(text string) ([]any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var key []any
	if err := d.Decode(&key); err != nil {
		return nil, fmt.Errorf("erasure: the key %q: %w", text, err)
	}
	for i, v := range key {
		if n, is := v.(json.Number); is {
			whole, err := n.Int64()
			if err != nil {
				return nil, fmt.Errorf("erasure: the key %q: %w", text, err)
			}
			key[i] = whole
		}
	}
	return key, nil
}

// SaveRow implements erasure.Store.
func (s Store) SaveRow(t tx.Tx, e erasure.Erasure, r erasure.Row) (erasure.Redaction, error) {
	k, err := tableOf(e)
	if err != nil {
		return nil, err
	}
	key, err := keyOf(r.Key)
	if err != nil {
		return nil, err
	}
	if k.name == auditLog {
		return s.saveRecord(t, e, key, r)
	}
	q := &query{}
	sets := make([]string, 0, len(k.texts)+1)
	for i, c := range k.texts {
		switch x := r.Texts[i]; {
		case x.Null:
		case c.bytes:
			sets = append(sets, c.name+" = "+q.arg([]byte(x.Value)))
		default:
			sets = append(sets, c.name+" = "+q.arg(x.Value))
		}
	}
	if k.set != "" {
		sets = append(sets, k.set)
	}
	text := `UPDATE ` + k.name + ` SET ` + strings.Join(sets, ", ") + ` WHERE vendor_id = ` + q.arg(e.Vendor)
	where := make([]string, 0, len(k.key)+len(k.texts))
	for i, name := range k.key {
		where = append(where, name+" = "+q.arg(key[i]))
	}
	for i, c := range k.texts {
		if x := r.Texts[i]; !x.Null && !c.bytes && x.Value != x.Was {
			where = append(where, c.name+" = "+q.arg(x.Was))
		}
	}
	n, err := store.On(t).Exec(text+` AND `+strings.Join(where, ` AND `), q.args...)
	if err == nil && n == 0 {
		err = errMoved
	}
	return nil, err
}

// errMoved says that a row is not any more what it was when it was read.
var errMoved = errors.New("erasure: a row was changed meanwhile")

// saveRecord stores a record of the audit log so that its chain stays provable.
func (s Store) saveRecord(t tx.Tx, e erasure.Erasure, key []any, r erasure.Row) (erasure.Redaction, error) {
	id, is := key[0].(int64)
	if !is {
		return nil, fmt.Errorf("erasure: the key %v of a record", key)
	}
	record, err := s.Audit.Record(t, e.Vendor, id)
	if err != nil {
		return nil, err
	}
	optional := func(null bool, text string) *string {
		if null {
			return nil
		}
		return &text
	}
	same := func(now *string, x erasure.Text) bool {
		return now == nil && x.Null || now != nil && !x.Null && *now == x.Was
	}
	if x := r.Texts; record == nil || !same(&record.ActorID, x[0]) || !same(&record.ActorName, x[1]) || !same(&record.Address, x[2]) ||
		!same(record.Before, x[3]) || !same(record.After, x[4]) {
		return nil, errMoved
	}
	said, changed := record.Redact(func(to *audit.Record) {
		to.ActorID, to.ActorName, to.Address = r.Texts[0].Value, r.Texts[1].Value, r.Texts[2].Value
		to.Before, to.After = optional(r.Texts[3].Null, r.Texts[3].Value), optional(r.Texts[4].Null, r.Texts[4].Value)
	})
	if !changed {
		return nil, nil
	}
	return said, s.Audit.SaveRedacted(t, e.Vendor, *record)
}

// Redacted implements erasure.Store.
func (Store) Redacted(e erasure.Erasure, all []erasure.Redaction) tx.Entry {
	var what audit.Redaction
	for _, one := range all {
		if said, is := one.(audit.RedactedRecord); is {
			what.Records = append(what.Records, said)
		}
	}
	return tx.Entry{Vendor: e.Vendor, Action: audit.Redacted, Subject: "erasure", ID: e.UUID, After: what}
}
