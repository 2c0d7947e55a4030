// Package calendar owns the days and months of the calendar: which day or month an
// instant lies in, when it begins and ends in a time zone, how periods follow one
// another, and how a beginning or an end is read and written. Every door reads them
// here (the management API, the console, imports), and files, mails and pages write
// them here. Meters and the months in which devices count take their boundaries here.
//
// A last day is kept as the instant at which it ends, which is exclusive: the first
// instant of the next day in the vendor's zone. An end that is no beginning of a day
// there is not a last day, and is written as the instant that it is.
//
// It is a leaf of pure functions and imports nothing of Chancery.
package calendar
