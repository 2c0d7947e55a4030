// Package entrance owns the pages by which people come in to a face and go: sign-in,
// sign-out, and finding one's vendor. It serves every face, and knows none.
package entrance
