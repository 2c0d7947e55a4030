// Package prepaid owns the frame of the pages of prepaid device licences, which are written
// once and stand on two faces: on the portal for the people of customers, who act for the
// customer that the address names with the role that they have there, and on the console
// for the vendor's staff, who act for the present owner of whatever they touch.
//
// A Frame is the section on one face: where its addresses are, who may see and change
// (Access), its tabs, and who is acting within a transaction. A Look is who looks at a
// page, and at whose things. Each area (cards, ...) is a package below this one, as
// those of the console are: a Config with a Frame, New, and Routes. Areas do not import
// each other.
package prepaid
