// Package requests is the area of the management API for what owners of licences ask the
// vendor for: listing, noting and answering it.
package requests
