// Package storetest owns the conformance suites of the stores: one file per
// room, run on both engines by Each. The rooms' services are driven on real
// databases here; what a service decides is tested beside the service.
//
// Only tests import it.
package storetest
