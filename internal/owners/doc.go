// Package owners owns who may see licences and act for them without being the vendor's
// staff: the licensee for its own, and users with a role at a customer for those of the
// customer. A Reach is what is in somebody's reach; what they may do with it is decided
// in reach.go and role.go. It owns what they ask the vendor for, too (request.go).
//
// It does not own licences (licensing), customers, nor users and how they sign in
// (identity, access). Its services are Service, which says within a transaction whether
// somebody may do a thing, and manages the people of customers (people.go), and Requests,
// which carries to the vendor what owners ask for, and the answer back (requests.go).
// Whatever leads an owner to a licence takes a Reach: the queries of internal/store/owners,
// the services, and all that areas of the portal call.
package owners
