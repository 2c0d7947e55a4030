// Package geotest makes a small database of cities for tests, in the layout that makers
// of such databases use.
//
// It is for tests, and no part of the program.
package geotest
