// Package mail owns how a mail of the room mailing looks and leaves: the server's
// own templates, the rendering of these and of the vendors', and SMTP.
//
// What is sent to whom, and again, is mailing's. Only wiring makes one.
package mail
