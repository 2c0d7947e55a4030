// Package requests owns the queue of what owners of licences ask the vendor for: more, a
// renewal, or something else. It lists requests, shows one, and answers it. The licence is
// changed on its own pages.
package requests
