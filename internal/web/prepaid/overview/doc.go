// Package overview owns the first page of License Management: how many cards have few days
// left, how many there are of each license code and in each state, how long the stock
// lasts; the page on which somebody chooses at whose things they look; and the reminder that
// the portal shows at sign-in.
package overview
