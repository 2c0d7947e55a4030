// Package prepaid owns the SQL of the room prepaid: cards, devices with paid days, the
// ledgers and the counters made from them; and the lists and statistics that screens and
// the API show.
package prepaid
