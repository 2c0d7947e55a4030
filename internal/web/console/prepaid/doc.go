// Package prepaid owns the vendor's own pages of prepaid device licences, beside those that
// customers have, too (web/prepaid): license codes, issuing cards and their numbers, topping
// up and withdrawing, adding devices, and the page of the run, with the numbers of devices
// that reported and are none.
package prepaid
