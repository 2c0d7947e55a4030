package lite

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"

	"chancery/internal/ident"
)

// parameters finds out which argument each parameter is: to SQLite, "$2" is a
// name, and the first one it meets is its first parameter.
func (st *statement) parameters() error {
	for n := range st.BindParamCount() {
		name := st.BindParamName(n + 1)
		number, err := strconv.Atoi(strings.TrimPrefix(name, "$"))
		if err != nil || number < 1 || name[0] != '$' {
			return fmt.Errorf("lite: parameter %q is none of $1, $2 and on", name)
		}
		st.params = append(st.params, number-1)
		st.args = max(st.args, number)
	}
	return nil
}

// bind gives a statement its arguments.
func (st *statement) bind(args []any) error {
	if len(args) != st.args {
		return fmt.Errorf("lite: the statement takes %d arguments, not %d", st.args, len(args))
	}
	for n, number := range st.params {
		if err := st.bindOne(n+1, args[number]); err != nil {
			return fmt.Errorf("argument %d: %w", number+1, err)
		}
	}
	return nil
}

func (st *statement) bindOne(n int, arg any) error {
	switch v := arg.(type) {
	case nil:
		st.BindNull(n)
	case int64:
		st.BindInt64(n, v)
	case int:
		st.BindInt64(n, int64(v))
	case ident.VendorID:
		st.BindInt64(n, v.Int64())
	case bool:
		st.BindBool(n, v)
	case float64:
		st.BindFloat(n, v)
	case string:
		st.BindText(n, v)
	case ident.UUID:
		if v.IsZero() {
			st.BindNull(n)
			return nil
		}
		st.BindBytes(n, v[:])
	case []byte:
		if v == nil {
			st.BindNull(n)
			return nil
		}
		st.BindBytes(n, v)
	default:
		plain, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return err
		}
		switch plain.(type) {
		case nil, int64, bool, float64, string, []byte:
			return st.bindOne(n, plain)
		}
		return fmt.Errorf("lite: no column holds a %T", arg)
	}
	return nil
}
