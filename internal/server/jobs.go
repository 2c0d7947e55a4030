package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"chancery/internal/audit"
	"chancery/internal/keyring"
	"chancery/internal/offline"
	"chancery/internal/store"
	"chancery/internal/testclock"
	"chancery/internal/wiring"
)

// countEvery is how long counting rests between two rounds: figures are about a second behind.
const countEvery = 500 * time.Millisecond

// plan is the one place where periodic work is added.
func (a *Server) plan() error {
	r := a.rooms
	sealer, err := r.NewAuditSealer()
	if err != nil {
		return err
	}
	a.periodic.Add(
		Job{Name: "bring licences to their limits", Every: time.Second, Run: counted(a.c.Log, "portions of new limits carried out", r.Licenses.Fit)},
		Job{Name: "release devices", Every: time.Second, Run: counted(a.c.Log, "devices released in portions", r.Licenses.FinishReleases)},
		Job{Name: "finish moves of customers", Every: time.Second, Run: counted(a.c.Log, "portions of moved customers carried out", r.Customers.FinishMoves)},
		Job{Name: "finish addresses of licensees", Every: time.Second, Run: counted(a.c.Log, "portions of licensees' addresses carried out",
			r.Licenses.FinishAddresses)},
		Job{Name: "move days to another zone", Every: time.Second, Run: counted(a.c.Log, "portions of days moved to another zone", r.Vendors.FinishZoneMoves)},
		Job{Name: "remove stored locations", Every: 5 * time.Second, Run: counted(a.c.Log, "portions of stored locations removed",
			r.Vendors.FinishLocationRemovals)},
		Job{
			Name: "open months of licences", Every: time.Minute, Next: testclock.At(r.LicenseRows.NextMonthEnd),
			Run: counted(a.c.Log, "months of licences opened", r.Licenses.OpenMonths),
		},
		Job{
			Name: "end goodwill activations", Every: time.Minute, Next: testclock.At(r.LicenseRows.NextGoodwillEnd),
			Run: counted(a.c.Log, "goodwill activations ended", r.Licenses.ReleaseGoodwill),
		},
		Job{
			Name: "end devices that owners deleted", Every: time.Minute, Next: testclock.At(r.LicenseRows.NextDeletion),
			Run: counted(a.c.Log, "devices ended that their owners had deleted", r.Licenses.EndDeletions),
		},
		Job{
			Name: "forget files that were handed out", Every: time.Hour, Next: testclock.Daily,
			Run: counted(a.c.Log, "files forgotten that were handed out", func(ctx context.Context) (int, error) {
				return r.OfflineRows.ForgetContents(ctx, r.Clock.Now().Add(-offline.KeptFor))
			}),
		},
		Job{
			Name: "charge prepaid devices", Every: time.Second, Next: inMinutes(testclock.At(r.PrepaidRows.NextDue)), Run: r.PrepaidRun.Round,
		},
		Job{Name: "count usage events", Every: countEvery, Run: r.Folding.Round},
		Job{
			Name: "forget old usage events", Every: 10 * time.Minute, Next: testclock.Daily,
			Run: counted(a.c.Log, "portions of old usage events forgotten", r.Keeping.Round),
		},
		Job{Name: "carry prepaid orders out", Every: time.Second, Run: counted(a.c.Log, "portions of prepaid orders carried out", r.Prepaid.Work)},
		Job{
			Name: "remind of prepaid cards", Every: 10 * time.Minute, Next: testclock.At(r.Prepaid.NextReminder),
			Run: counted(a.c.Log, "customers reminded of prepaid cards", r.Prepaid.Remind),
		},
		Job{
			Name: "unassign silent clients", Every: 10 * time.Minute, Next: testclock.At(r.LicenseRows.NextSilent),
			Run: counted(a.c.Log, "silent clients unassigned", r.Licenses.ReleaseSilent),
		},
		Job{
			Name: "write down lapsed sessions", Every: 5 * time.Second, Next: testclock.At(r.SessionRows.NextLapse),
			Run: counted(a.c.Log, "licences tidied of lapsed sessions", r.Sessions.Tidy),
		},
		Job{Name: "seal the audit log", Every: 5 * time.Second, Run: sealing(r, sealer, a.c.Log, false)},
		Job{Name: "seal stragglers of the audit log", Every: time.Hour, Next: testclock.Daily, Run: sealing(r, sealer, a.c.Log, true)},
		Job{Name: "count the daily figures", Every: 10 * time.Second, Next: testclock.Daily, Run: countFigures(r)},
		Job{
			Name: "tidy the outbox", Every: 10 * time.Minute, Next: testclock.Daily,
			Run: counted(a.c.Log, "items of the outbox tidied", func(ctx context.Context) (int, error) {
				return r.OutboxRows.Tidy(ctx, r.Clock.Now())
			}),
		},
		Job{
			Name: "tell of files that want a refresh", Every: 10 * time.Minute, Next: testclock.At(r.Licenses.NextRefresh),
			Run: counted(a.c.Log, "files told of that want a refresh", r.Licenses.NoteRefreshes),
		},
		Job{
			Name: "announce ends of licences", Every: 10 * time.Minute, Next: testclock.At(r.Licenses.NextEnd),
			Run: counted(a.c.Log, "ends of licences announced", r.Licenses.NoteEnds),
		},
		Job{
			Name: "tell of new devices", Every: 5 * time.Minute, Next: testclock.At(r.Licenses.NextNewDevices),
			Run: counted(a.c.Log, "licences told of new devices", r.Licenses.NoteNewDevices),
		},
		Job{
			Name: "forget old mail", Every: time.Hour, Next: testclock.Daily,
			Run: counted(a.c.Log, "mails forgotten", func(ctx context.Context) (int, error) {
				return r.MailRows.Forget(ctx, r.Clock.Now())
			}),
		},
		Job{
			Name: "make missing keys", Every: time.Hour, Next: testclock.Daily,
			Run: counted(a.c.Log, "keys of new kinds made", func(ctx context.Context) (int, error) {
				return r.Keyring.Complete(ctx, r.DB)
			}),
		},
		Job{Name: "clear names away", Every: time.Minute, Run: counted(a.c.Log, "reports of names taken out cleared away", r.Usage.ClearEnded)},
		Job{
			Name: "check host names", Every: 30 * time.Second, Next: testclock.At(r.VendorRows.NextHostCheck),
			Run: counted(a.c.Log, "host names that stand otherwise now", r.Hosts.Work),
		},
		Job{Name: "carry imports out", Every: 2 * time.Second, Run: counted(a.c.Log, "lines imported", r.Imports.Work)},
		Job{Name: "erase personal data", Every: time.Second, Run: counted(a.c.Log, "erasures of personal data finished", r.Erasures.Work)},
		Job{Name: "make missing words", Every: 10 * time.Second, Run: counted(a.c.Log, "portions of words of names made",
			func(ctx context.Context) (int, error) { return store.MakeWords(ctx, r.DB) })},
		Job{Name: "forget old imports", Every: time.Hour, Next: testclock.Daily, Run: counted(a.c.Log, "old imports forgotten", r.Imports.Forget)},
		Job{Name: "forget old answers", Every: 10 * time.Minute, Next: testclock.Daily, Run: a.periodic.InTx(store.ForgetAnswers)},
		Job{Name: "forget old sign-ins", Every: 5 * time.Minute, Next: testclock.Daily, Run: a.periodic.InTx(r.ForgetSignIns)},
	)
	a.forget(a.c.Retention.Ledger, Job{Name: "fold old ledger rows"}, "ledger rows folded", r.Meters.Fold)
	a.forget(a.c.Retention.Sessions, Job{Name: "forget old sessions"}, "sessions forgotten", r.Sessions.Forget)
	destroy := func(sealing bool) func(ctx context.Context, before time.Time) (int, error) {
		return func(ctx context.Context, before time.Time) (int, error) {
			return r.Keyring.Destroy(ctx, r.DB, sealing, before)
		}
	}
	a.forget(a.c.Retention.RetiredKeys, Job{Name: "destroy retired keys"}, "retired private keys destroyed", destroy(false))
	a.forget(keyring.SealingKept, Job{Name: "destroy retired sealing keys"}, "retired private keys destroyed", destroy(true))
	a.forget(a.c.Retention.History, Job{Name: "forget old heartbeats"}, "history rows of heartbeats forgotten", r.LicenseRows.ForgetHeartbeats)
	a.forget(a.c.Retention.History, Job{Name: "forget old refusals"}, "counts of refused calls forgotten", r.LicenseRows.ForgetDenials)
	a.forget(a.c.Retention.History, Job{Name: "fold old months"}, "months of licences folded", r.LicenseRows.FoldMonths)
	a.forget(a.c.Retention.Usage, Job{Name: "forget old usage"}, "reports of usage forgotten", r.MeterRows.ForgetUsage)
	return nil
}

// inMinutes lets a test clock do what is due within a minute at one stop.
func inMinutes(next func(context.Context, time.Time) (time.Time, error)) func(context.Context, time.Time) (time.Time, error) {
	return func(ctx context.Context, now time.Time) (time.Time, error) {
		at, err := next(ctx, now)
		if at.IsZero() {
			return at, err
		}
		return at.Add(time.Minute - time.Millisecond).Truncate(time.Minute), err
	}
}

// forgetEvery: nobody waits for room to be made.
const forgetEvery = 6 * time.Hour

// forget adds a job that takes out what is older than days; 0 keeps it for ever.
func (a *Server) forget(days int, j Job, what string, run func(ctx context.Context, before time.Time) (int, error)) {
	if days == 0 {
		return
	}
	j.Every, j.Next = forgetEvery, testclock.Daily
	j.Run = counted(a.c.Log, what, func(ctx context.Context) (int, error) {
		return run(ctx, a.rooms.Clock.Now().AddDate(0, 0, -days))
	})
	a.periodic.Add(j)
}

// counted logs what a job did, when it did something.
func counted(log *slog.Logger, what string, run func(context.Context) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		n, err := run(ctx)
		if n > 0 {
			log.Info(what, slog.Int("count", n))
		}
		return n, err
	}
}

// countFigures counts what is due of every vendor's daily figures.
func countFigures(r *wiring.Rooms) func(ctx context.Context) (int, error) {
	return func(ctx context.Context) (total int, err error) {
		all, err := r.VendorRows.All(ctx)
		for _, v := range all {
			n, e := r.Figures.Round(ctx, v.ID, v.CreatedAt)
			total += n
			err = errors.Join(err, e)
		}
		return total, err
	}
}

// sealing seals every vendor's new records and logs the heads, so that a head is
// kept elsewhere too, wherever the log goes.
func sealing(r *wiring.Rooms, sealer *audit.Sealer, log *slog.Logger, stragglers bool) func(context.Context) (int, error) {
	return func(ctx context.Context) (heads int, err error) {
		all, err := r.VendorRows.All(ctx)
		if err != nil {
			return 0, err
		}
		for _, v := range all {
			head, e := sealer.Round(ctx, r.DB, audit.Vendor{ID: v.ID, UUID: v.UUID}, stragglers)
			if err = errors.Join(err, e); head != "" {
				heads++
				log.Info("audit log sealed", slog.String("vendor", v.UUID.String()), slog.String("head", head))
			}
		}
		return heads, err
	}
}
