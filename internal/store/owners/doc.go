// Package owners is the SQL of the owners room: tables customer_users and license_requests,
// and what decides who may do something with a licence. It implements the room's stores.
// For the screens of owners it reads licences and activations, each query by a Reach: what
// is out of reach is not there. The rules are in internal/owners.
package owners
