// Package prepaid is the part of the management API for prepaid device licences: license
// codes, cards, devices, reports, the sales record, the deduction ledger and figures. Every
// call is there twice: for the vendor's keys, and for the access token of a person with a
// role at a customer, who acts for that customer (door.go). What anybody may do is decided
// by the room.
package prepaid
