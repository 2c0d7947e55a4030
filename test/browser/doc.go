// Package browser tests the screens in Debian's Chromium as a person uses them:
// the main path with the mouse, by keyboard alone and without script, on a narrow
// screen, in light and dark; and every page for accessibility (axe-core), for
// what its policy forbids, and for errors in its script.
//
// Nothing in here waits a fixed time: a step waits for what a person would see.
// testdata/axe.js is axe-core, copied by `make assets`.
package browser
