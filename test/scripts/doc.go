// Package scripts holds the stories: what is promised to vendors, operators and
// clients, told as scripts that run the real program as a process of its own,
// on both engines. Every fixed hole becomes a script with the attack at its top.
//
// README.md says how to write one. There is nothing to import here.
package scripts
