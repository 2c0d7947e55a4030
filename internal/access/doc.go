// Package access owns how one proves who one is: passwords and what they must be,
// second factors, passkeys, links and codes that are sent, sign-in with a vendor's
// OpenID provider, the sessions that a sign-in begins, and the tries that are counted.
//
// It does not know what a user may do, nor who changes users: that is identity, which
// gives it its People. It does not know how credentials travel (that is edge and web),
// nor how authenticators and providers are talked with (that is signin). Its services
// are Passwords, Sessions, Attempts, Steps, Factors, Ceremonies, SignIn, Links,
// Addresses, Licensees, Passkeys and Providers; what a password must be is in policy.go, and how
// tries are counted in attempts.go.
package access
