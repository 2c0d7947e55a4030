// Package prepaid owns prepaid device licences: the license codes and cards of a vendor,
// the days on them, the devices that they are bound to, what is charged each day, and how
// cards and devices move down and up the tree of customers. Service carries out what people
// and programs ask for (service*.go), Run charges what is due (run.go), and Reports answers
// the devices (reports.go). Heartbeats takes what programs send for reports (heartbeats.go);
// Presence knows whose programs that concerns.
//
// What is decided is decided by pure functions: decideCharge and arrive (charge.go) say what
// is charged, may (rights.go) says who may do what with a card or a device, and Code.Fits
// (models.go) which card goes with which device. The rules have numbers in
// docs/rules/prepaid.md.
//
// It does not own devices as machines (devices: Machines is what it asks of them), nor
// customers and who acts for them: a By says who asks, and the stores read the tree. Its
// locks come in one order: order, devices, cards, each by id, then groups of due devices and
// counters. What finds no free card at first (LockNext, LockToSell) may lock more behind it;
// PostgreSQL then ends a circle, and the transaction is run again.
package prepaid
