// Package colour owns what a colour is that somebody chose, and whether a text of it, or
// on it, can be read: Read, Contrast, Of.
//
// What is drawn in which colour is decided where it is drawn.
package colour
