// Package offlineportal owns the public pages to which people carry the files of devices
// without internet, and the same for scripts. Nobody signs in: what a file may ask for, it
// proves itself.
package offlineportal
