package edge

import (
	"log/slog"
	"net/http"
)

// logCall writes the access log: the route and not the path, because a path can
// hold a secret, and never a query string, a header or a body.
func (e *Edge) logCall(c *call, r *http.Request) {
	took := e.IDs.Clock.Now().Sub(c.began)
	if e.Observe != nil {
		e.Observe(r.Pattern, c.status, took)
	}
	if !e.AccessLog {
		return
	}
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs,
		slog.String("request_id", c.id),
		slog.String("method", r.Method),
		slog.String("route", r.Pattern),
		slog.Int("status", c.status),
		slog.Int64("bytes", c.bytes),
		slog.Int64("microseconds", took.Microseconds()),
		slog.String("address", c.address.String()))
	if !c.principal.VendorUUID.IsZero() {
		attrs = append(attrs, slog.String("vendor", c.principal.VendorUUID.String()), slog.String("principal", c.principal.ID.String()))
	}
	if c.failed != nil {
		attrs = append(attrs, slog.String("code", codeOf(c.failed)))
	}
	e.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", attrs...)
}

func codeOf(err error) string { return ProblemOf(err, "").Code }
