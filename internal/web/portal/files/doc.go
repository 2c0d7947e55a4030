// Package files owns the portal's page of licence files, for devices without a
// connection: of licences that may be used offline.
package files
