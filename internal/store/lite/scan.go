package lite

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"

	"zombiezen.com/go/sqlite"

	"chancery/internal/ident"
)

// IntTaker is a destination for a whole number that may be NULL.
type IntTaker interface{ TakeInt(v int64, valid bool) }

// TextTaker is a destination for a text that may be NULL.
type TextTaker interface{ TakeText(v string, valid bool) }

var errNull = errors.New("NULL has no place there")

// Scan reads the columns of the present row, as sql.Rows.Scan does; a 0 or 1
// makes a boolean, and a blob of 16 bytes a UUID.
func (r *Rows) Scan(dest ...any) error {
	if r.c == nil || !r.more {
		return errors.New("lite: there is no row")
	}
	if n := r.st.DataCount(); n != len(dest) {
		return fmt.Errorf("lite: %d columns for %d destinations", n, len(dest))
	}
	for i, d := range dest {
		if err := r.column(i, d); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func (r *Rows) column(n int, dest any) error {
	switch to := dest.(type) {
	case *int64:
		*to = r.st.ColumnInt64(n)
		return r.unless(*to == 0, n)
	case *string:
		*to = r.st.ColumnText(n)
		return r.unless(*to == "", n)
	case *ident.UUID:
		size := r.st.ColumnLen(n)
		if size == 0 && r.st.ColumnIsNull(n) {
			*to = ident.UUID{}
			return nil
		}
		if size != len(to) {
			return errors.New("it holds no UUID")
		}
		r.st.ColumnBytes(n, to[:])
	case IntTaker:
		v := r.st.ColumnInt64(n)
		to.TakeInt(v, v != 0 || !r.st.ColumnIsNull(n))
	case TextTaker:
		v := r.st.ColumnText(n)
		to.TakeText(v, v != "" || !r.st.ColumnIsNull(n))
	case *bool:
		*to = r.st.ColumnInt64(n) != 0
		return r.unless(!*to, n)
	case *[]byte:
		*to = nil
		if !r.st.ColumnIsNull(n) {
			*to = r.bytes(n)
		}
	case *any:
		*to = r.value(n)
	case sql.Scanner:
		return to.Scan(r.value(n))
	default:
		return r.reflected(n, reflect.ValueOf(dest))
	}
	return nil
}

// reflected fills a destination by its kind: a named type, a smaller integer, or
// a pointer, which stays nil for NULL.
func (r *Rows) reflected(n int, dest reflect.Value) error {
	if dest.Kind() != reflect.Pointer || dest.IsNil() {
		return fmt.Errorf("lite: a %s is no destination", dest.Type())
	}
	to := dest.Elem()
	if to.Kind() == reflect.Pointer {
		if r.st.ColumnIsNull(n) {
			to.SetZero()
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		return r.column(n, to.Interface())
	}
	switch {
	case to.CanInt() && !to.OverflowInt(r.st.ColumnInt64(n)):
		to.SetInt(r.st.ColumnInt64(n))
	case to.CanUint() && r.st.ColumnInt64(n) >= 0 && !to.OverflowUint(uint64(r.st.ColumnInt64(n))): //nolint:gosec // not negative
		to.SetUint(uint64(r.st.ColumnInt64(n))) //nolint:gosec // not negative
	case to.CanFloat():
		to.SetFloat(r.st.ColumnFloat(n))
	case to.Kind() == reflect.String:
		to.SetString(r.st.ColumnText(n))
	case to.Kind() == reflect.Bool:
		to.SetBool(r.st.ColumnInt64(n) != 0)
	case to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Uint8:
		var plain []byte
		_ = r.column(n, &plain) // never fails
		to.SetBytes(plain)
		return nil
	default:
		return fmt.Errorf("lite: it does not fit into a %s", to.Type())
	}
	return r.unless(to.IsZero(), n)
}

// unless refuses NULL where a value must be; only a zero can be one.
func (r *Rows) unless(zero bool, n int) error {
	if zero && r.st.ColumnIsNull(n) {
		return errNull
	}
	return nil
}

// bytes are a copy of a text's or a blob's.
func (r *Rows) bytes(n int) []byte {
	b := make([]byte, r.st.ColumnLen(n))
	r.st.ColumnBytes(n, b)
	return b
}

func (r *Rows) value(n int) driver.Value {
	switch r.st.ColumnType(n) {
	case sqlite.TypeNull:
		return nil
	case sqlite.TypeInteger:
		return r.st.ColumnInt64(n)
	case sqlite.TypeFloat:
		return r.st.ColumnFloat(n)
	case sqlite.TypeText:
		return r.st.ColumnText(n)
	default:
		return r.bytes(n)
	}
}
