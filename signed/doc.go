// Package signed is what the server and its clients put their names to: signed
// documents, signed answers, signed calls, sealed requests, and the forms in
// which public keys are handed out.
//
// It owns the bytes of these formats and the checks on them: which algorithm,
// which header members, which limits. docs/formats.md describes them for people
// who write a client in another language, and testdata/vectors.json holds
// published examples that the tests regenerate.
//
// It does not own keys (where they are kept, which one is in use, when one is
// retired), nor what a document says: payloads are bytes to it. It reads no
// clock and no file, and opens no connection. Everything it refuses is refused
// with one of the errors in errors.go.
//
// Anybody may call it: the server's rooms, the SDK in client, and programs of
// others. It uses the standard library only. Everything in it may be used from
// several goroutines at once.
package signed
