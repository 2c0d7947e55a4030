// Package storetest is the harness for tests that need a database: Each gives a
// test a migrated, empty database of its own on both engines. It owns the benches
// too that the suites of several rooms share, such as LicenseBench: a vendor with a
// product and a customer, whose licences are issued and used in one line each.
//
// It owns no test. The suite of a room lives in the room's folder, as an external
// test package, and drives the room's services on real databases; what only one
// suite needs stays there. Suites of what the stores do for all rooms are beside
// the stores.
//
// Only tests import it.
package storetest
