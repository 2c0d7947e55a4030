package wiring

import (
	"context"
	"fmt"

	"chancery/internal/audit"
	"chancery/internal/store/invariants"
)

// Verify gives everything that is wrong in the database, a sentence each. say is
// told what was looked at.
func (r *Rooms) Verify(ctx context.Context, heads []audit.Head, say func(string)) ([]string, error) {
	found, err := invariants.Run(ctx, r.DB)
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, f := range found {
		problems = append(problems, fmt.Sprintf("%d %s", f.Count, f.What))
	}
	say(fmt.Sprintf("%d invariants were checked.", invariants.Count()))
	mismatches, err := r.Meters.Verify(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range mismatches {
		problems = append(problems, fmt.Sprintf("the meter of licence %s, limitation %s, says %d consumed and %d gross, its ledger %d and %d (millionths)",
			m.License, m.Limitation, m.Consumed, m.Gross, m.LedgerConsumed, m.LedgerGross))
	}
	say("Every meter was held against its ledger.")
	opened, unreadable, err := r.verifySealed(ctx)
	if err != nil {
		return nil, err
	}
	problems = append(problems, unreadable...)
	say(fmt.Sprintf("%d sealed values were opened: signing keys and secrets.", opened))
	all, err := r.VendorRows.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		report, err := audit.Verify(ctx, r.AuditRows, audit.Vendor{ID: v.ID, UUID: v.UUID}, heads...)
		if err != nil {
			return nil, err
		}
		for _, b := range report.Broken {
			problems = append(problems, fmt.Sprintf("vendor %s: %s", v.UUID, b))
		}
		say(fmt.Sprintf("The audit chain of vendor %s: %d sealed, %d not sealed yet, %d without personal data that was erased.",
			v.UUID, report.Head.Sequence, report.Unsealed, report.Erased))
	}
	return problems, nil
}
