// Package offline owns the files that people carry between devices without internet and
// the vendor: it opens requests, has places taken and given up by the rules of calls, hands
// out licence and refresh files, counts what reports tell, and gives receipts.
//
// It does not own licences and their places (licensing), meters (metering), the keys that
// open and sign (keyring), how a user is proved (access), nor the bytes of the files (package
// signed). What it needs of them it declares in needs.go. Its service is Service: Take reads
// what somebody brings, Refresh makes a refresh file. Which records of a report are new is
// decided in history.go.
package offline
