// Package prepaid owns the vendor's own pages of prepaid device licences, beside those that
// customers have, too (web/prepaid): license codes, issuing cards and their numbers, topping
// up and withdrawing, and the page of the run.
package prepaid
