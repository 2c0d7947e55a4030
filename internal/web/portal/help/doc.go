// Package help owns the portal's Help: what the vendor tells the owners of its licences,
// in their language, and where they find help.
package help
