// Package overview owns the portal's first page: the licences in reach, with how they
// stand, how much of them is used, and when they end.
package overview
