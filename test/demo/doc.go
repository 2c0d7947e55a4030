// Package demo holds the demo and the README to their word: what they print is
// run by a shell, as a reader would, and nothing may be left behind.
package demo
