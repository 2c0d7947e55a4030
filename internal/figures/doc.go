// Package figures owns the daily figures: how many activations, releases,
// heartbeats, denials and goodwill entries a day had, which clients were active
// on it, and how many licences were in which state.
//
// They are counted from the rows that the other rooms write, never beside them:
// no call of a client pays for a figure, and a day can be counted anew at any
// time with the same result. A day that is over is counted once more well after
// its end, and is final then; the present one is counted again and again, as
// often as is cheap for its size. Screens say when they were counted. Days are
// UTC's, like those of the heartbeats.
//
// Service counts. Periodic work calls it; screens read through the store.
package figures
