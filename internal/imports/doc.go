// Package imports owns files of customers and licences that are brought in: how
// a file is read and checked, and how its lines are carried out.
//
// A file is stored line by line with what is wrong with each, and nothing else is
// written until somebody starts it. Then a job carries the lines out in short
// transactions. What a line makes and the mark that it is done commit together:
// a line is wholly brought in or not at all, and none is brought in twice,
// whatever crashes or is asked for again. With all or nothing, the whole file is
// one transaction.
//
// Service receives files, and carries them out. What a line must be is in check.go.
//
// It does not own customers and licences: they are made through the interface
// Trade, by their own rooms and rules.
package imports
