package tx

import "context"

// Actor is who acts, for the audit log.
type Actor struct {
	Kind      string // "client", "api_key", "user", "system"
	ID        string // the API key's or user's UUID, or the client id; empty for the system
	Name      string // the person an admin call names (LastModifiedBy), if any
	Address   string // IP address; empty for the system
	RequestID string
}

type actorKey struct{}

// WithActor returns a context in which a acts.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom tells who acts; without one it is the system itself.
func ActorFrom(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{Kind: "system"}
}
