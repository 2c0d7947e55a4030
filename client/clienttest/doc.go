// Package clienttest is a licence server in memory, for tests of programs that
// use package client, and for that package's own.
//
// It owns a server that signs like the real one, knows one license key, and can
// be told to refuse, to fail, or to lie. It does not own the rules of licensing:
// it has no limits, no editions and no database. Tests may call it, programs not.
package clienttest
