// Package calendartest gives tests the zones of the tz database and the days of the
// years that last days are set to.
//
// It owns the list of the names of zones. It is called by tests only.
package calendartest
