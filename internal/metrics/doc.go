// Package metrics owns what an operator watches: figures of the running server
// in Prometheus' text form. It is an adapter: those who have a figure hand it
// over as a function or through Observe, and know nothing of Prometheus.
//
// The names and what they mean are in docs/operate.md.
package metrics
