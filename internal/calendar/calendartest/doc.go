// Package calendartest gives tests the zones of the tz database and the days of the
// years that last days are set to.
//
// It owns the list of the zones' names. Tests of any package may call it.
package calendartest
