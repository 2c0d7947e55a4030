package lite

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"

	"chancery/internal/ident"
)

// bind gives a statement its arguments. To SQLite "$2" is a name, and the first
// one it meets is its first parameter.
func bind(st *sqlite.Stmt, args []any) error {
	most := 0
	for n := range st.BindParamCount() {
		name := st.BindParamName(n + 1)
		number, err := strconv.Atoi(strings.TrimPrefix(name, "$"))
		if err != nil || number < 1 || name[0] != '$' {
			return fmt.Errorf("lite: parameter %q is none of $1, $2 and on", name)
		}
		if most = max(most, number); number > len(args) {
			break
		}
		if err := bindOne(st, n+1, args[number-1]); err != nil {
			return fmt.Errorf("argument %d: %w", number, err)
		}
	}
	if most != len(args) {
		return fmt.Errorf("lite: the statement takes %d arguments, not %d", most, len(args))
	}
	return nil
}

func bindOne(st *sqlite.Stmt, n int, arg any) error {
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
			return err //nolint:wrapcheck // it names the type
		}
		switch plain.(type) {
		case nil, int64, bool, float64, string, []byte:
			return bindOne(st, n, plain)
		}
		return fmt.Errorf("lite: no column holds a %T", arg)
	}
	return nil
}
