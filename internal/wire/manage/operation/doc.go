// Package operation owns what an operation of the management API is: its line in
// the API's table, its query parameters, how its body is read and checked, and
// how its answer is written. Read, Get and List make operations that change
// nothing; Change and ChangeWith make those that do, in one transaction.
//
// The areas of the API make their operations with it. It knows none of them.
package operation
