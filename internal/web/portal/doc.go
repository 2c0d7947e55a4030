// Package portal owns what the areas of the portal share, the face for owners of
// licences: its name, its navigation, and where its pages of things are.
//
// Each area (overview, ...) is a package below this one with pages of its own, as those
// of the console are. An area reads and changes by what is in reach (web.Request.Reach): no
// interface of an area takes a vendor or a principal, which a test of internal/arch
// holds, so that an area can't name a licence that is out of reach. Coming in and one's
// own account are in web/entrance and web/account. Only wiring calls the areas.
package portal
