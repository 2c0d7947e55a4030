package tx

import (
	"context"
	"time"

	"chancery/internal/ident"
)

// PortionTime is how long one portion of a long work goes on: it begins no further
// step then. A portion lasts that long and one step, and never more than a
// twentieth of a second where a step is small.
const PortionTime = 3 * time.Millisecond

// YieldTime is how long a portion goes on, at least, when other changes wait for the
// writer: they wait for that long, and so does the portion for its next one, but it
// comes forward.
const YieldTime = time.Millisecond

// mostRest bounds the rest between two portions.
const mostRest = 50 * time.Millisecond

// Portions carries out a long work in one transaction after another, until there is
// no more of it or ctx ends, and tells how many there were. fn takes small steps and
// begins no other one once the transaction is Spent; it reports whether there is more
// to do, and what it has left to do must stand in the database by then. After each
// portion the work rests for three times as long as that took, so that it takes a
// quarter of the writer's time.
func Portions(ctx context.Context, r Runner, fn func(t Tx) (more bool, err error)) (n int, err error) {
	for more := true; more && ctx.Err() == nil; n++ {
		if err := Paced(ctx, func(ctx context.Context) error {
			return r.Run(ctx, func(t Tx) (err error) {
				more, err = fn(t)
				return err
			})
		}); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Paced carries out one portion, before which other changes may come, and rests for
// three times as long as that took.
func Paced(ctx context.Context, portion func(ctx context.Context) error) error {
	if hurried, _ := ctx.Value(hurriedKey{}).(bool); hurried {
		return portion(ctx)
	}
	began := machine.Now()
	if err := portion(Patient(ctx)); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(min(3*machine.Now().Sub(began), mostRest)):
	}
	return nil
}

type hurriedKey struct{}

// Hurried gives a context in which long works do not rest between their portions:
// somebody waits for them.
func Hurried(ctx context.Context) context.Context { return context.WithValue(ctx, hurriedKey{}, true) }

type chunkKey struct{}

// ChunkTime is how long a portion of a work goes on that is cheaper the more it does at
// once, while nobody else waits: with its last step and its commit about 10 ms.
const ChunkTime = 8 * time.Millisecond

// InChunks gives a context whose portions last for ChunkTime.
func InChunks(ctx context.Context) context.Context { return context.WithValue(ctx, chunkKey{}, true) }

// IsInChunks reports whether portions last for ChunkTime.
func IsInChunks(ctx context.Context) bool {
	in, _ := ctx.Value(chunkKey{}).(bool)
	return in
}

type patientKey struct{}

// Patient gives a context whose transactions are portions of a long work, see IsPatient.
func Patient(ctx context.Context) context.Context { return context.WithValue(ctx, patientKey{}, true) }

// IsPatient reports whether a transaction that runs in ctx is a portion of a long
// work, for which nobody waits: others that wait may go first, and the portion is Spent
// early when somebody does.
func IsPatient(ctx context.Context) bool {
	patient, _ := ctx.Value(patientKey{}).(bool)
	return patient
}

// machine measures how long things take, whatever the clock of the transactions is.
var machine ident.SystemClock //nolint:gochecknoglobals // it holds nothing
