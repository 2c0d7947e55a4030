// Command sample is the licence area that every vendor's program needs: the end
// user enters the license code, updates it, and gives it up.
//
// It owns nothing but its few texts: it is to be read, run and copied.
// docs/integrate.md walks through it. Configure it by the environment:
//
//	CHANCERY_CLIENT_URL, CHANCERY_CLIENT_VENDOR, CHANCERY_CLIENT_PRODUCT, CHANCERY_CLIENT_PROVISIONING_KEY,
//	CHANCERY_CLIENT_PUBLIC_KEY, CHANCERY_CLIENT_STATE
//
// In a real program these are constants, except the folder of the state.
package main
