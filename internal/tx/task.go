package tx

import "context"

type taskKey struct{}

// WithTask returns a context of the work that has this name: a route's pattern, or
// a job. It is for the log.
func WithTask(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, taskKey{}, name)
}

// TaskFrom tells what is being done; empty when nobody has said.
func TaskFrom(ctx context.Context) string {
	name, _ := ctx.Value(taskKey{}).(string)
	return name
}
