package fault

import (
	"fmt"
	"runtime"
)

// PanicText says what panicked, for the log: what the runtime says of its own
// panics, and of others only the type, because their text may hold what a caller
// sent. The stack that is logged with it leads to the line.
func PanicText(p any) string {
	if e, ok := p.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("a value of type %T", p)
}
