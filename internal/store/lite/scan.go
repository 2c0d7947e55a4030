package lite

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"

	"modernc.org/libc"
	sqlite "modernc.org/sqlite/lib"

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
	if n := int(sqlite.Xsqlite3_data_count(r.c.tls, r.st.at)); n != len(dest) {
		return fmt.Errorf("lite: %d columns for %d destinations", n, len(dest))
	}
	for i, d := range dest {
		if err := r.column(int32(i), d); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func (r *Rows) column(n int32, dest any) error {
	switch to := dest.(type) {
	case *int64:
		*to = r.integer(n)
		return r.unless(*to == 0, n)
	case *string:
		*to = string(r.bytes(n))
		return r.unless(*to == "", n)
	case *ident.UUID:
		b := r.bytes(n)
		if len(b) == 0 && r.null(n) {
			*to = ident.UUID{}
			return nil
		}
		if len(b) != len(to) {
			return errors.New("it holds no UUID")
		}
		copy(to[:], b)
	case IntTaker:
		v := r.integer(n)
		to.TakeInt(v, v != 0 || !r.null(n))
	case TextTaker:
		b := r.bytes(n)
		to.TakeText(string(b), len(b) > 0 || !r.null(n))
	case *bool:
		*to = r.integer(n) != 0
		return r.unless(!*to, n)
	case *[]byte:
		*to = nil
		if !r.null(n) {
			*to = append([]byte{}, r.bytes(n)...)
		}
	case *any:
		*to = r.value(n)
	case sql.Scanner:
		return to.Scan(r.value(n)) //nolint:wrapcheck // the destination's own
	default:
		return r.reflected(n, reflect.ValueOf(dest))
	}
	return nil
}

// reflected fills a destination by its kind: a named type, a smaller integer, or
// a pointer, which stays nil for NULL.
func (r *Rows) reflected(n int32, dest reflect.Value) error {
	if dest.Kind() != reflect.Pointer || dest.IsNil() {
		return fmt.Errorf("lite: a %s is no destination", dest.Type())
	}
	to := dest.Elem()
	if to.Kind() == reflect.Pointer {
		if r.null(n) {
			to.SetZero()
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		return r.column(n, to.Interface())
	}
	switch {
	case to.CanInt() && !to.OverflowInt(r.integer(n)):
		to.SetInt(r.integer(n))
	case to.CanUint() && r.integer(n) >= 0 && !to.OverflowUint(uint64(r.integer(n))): //nolint:gosec // not negative
		to.SetUint(uint64(r.integer(n))) //nolint:gosec // not negative
	case to.CanFloat():
		to.SetFloat(sqlite.Xsqlite3_column_double(r.c.tls, r.st.at, n))
	case to.Kind() == reflect.String:
		to.SetString(string(r.bytes(n)))
	case to.Kind() == reflect.Bool:
		to.SetBool(r.integer(n) != 0)
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
func (r *Rows) unless(zero bool, n int32) error {
	if zero && r.null(n) {
		return errNull
	}
	return nil
}

func (r *Rows) integer(n int32) int64 { return sqlite.Xsqlite3_column_int64(r.c.tls, r.st.at, n) }

func (r *Rows) null(n int32) bool {
	return sqlite.Xsqlite3_column_type(r.c.tls, r.st.at, n) == sqlite.SQLITE_NULL
}

// bytes are a text's or a blob's, good until the next step.
func (r *Rows) bytes(n int32) []byte {
	at := sqlite.Xsqlite3_column_blob(r.c.tls, r.st.at, n)
	if at == 0 {
		return nil
	}
	return libc.GoBytes(at, int(sqlite.Xsqlite3_column_bytes(r.c.tls, r.st.at, n)))
}

func (r *Rows) value(n int32) driver.Value {
	switch sqlite.Xsqlite3_column_type(r.c.tls, r.st.at, n) {
	case sqlite.SQLITE_NULL:
		return nil
	case sqlite.SQLITE_INTEGER:
		return r.integer(n)
	case sqlite.SQLITE_FLOAT:
		return sqlite.Xsqlite3_column_double(r.c.tls, r.st.at, n)
	case sqlite.SQLITE_TEXT:
		return string(r.bytes(n))
	default:
		return append([]byte{}, r.bytes(n)...)
	}
}
