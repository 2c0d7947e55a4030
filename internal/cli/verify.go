package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"chancery/internal/audit"
	"chancery/internal/setup"
	"chancery/internal/wiring"
)

type verifyCommand struct {
	storageFlags

	Head []string `help:"A head of a vendor's audit chain that was kept elsewhere, as the server logged it. May be given several times." placeholder:"HEAD"`
}

// Run implements the command: it proves every counter and ledger against the
// rows they count, that the keys open, and the audit chains.
func (c *verifyCommand) Run(s streams) error {
	var heads []audit.Head
	for _, text := range c.Head {
		h, err := audit.ParseHead(text)
		if err != nil {
			return setup.Wrong("--head is not a head of an audit chain: give what the server logged.", err)
		}
		heads = append(heads, h)
	}
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		problems, err := r.Verify(ctx, heads, func(line string) { fmt.Fprintln(s.out, line) })
		if err != nil {
			return err
		}
		if len(problems) == 0 {
			fmt.Fprintln(s.out, "Nothing is wrong.")
			return nil
		}
		return errors.New("the database is not sound:\n  " + strings.Join(problems, "\n  "))
	})
}
