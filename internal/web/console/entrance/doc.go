// Package entrance owns the pages by which people come in and go: sign-in,
// sign-out, and finding one's vendor.
package entrance
