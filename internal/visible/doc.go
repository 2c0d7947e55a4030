// Package visible owns what people see of characters that show nothing by
// themselves: those that turn the direction of a text, join or break it, take no
// room, or steer a terminal. Whoever chooses a name could make it look like another
// one with them, on a screen, in a file or in a mail. Text shows each as a mark with
// its code point, ‹U+202E›; Back makes characters of marks again, so that what is
// shown in a form can be sent back as it is. Cell and OfCell do the same for the cells of
// exported files, which moreover must be no formulae of a spreadsheet.
//
// It is a leaf: it imports nothing of Chancery. Data for programs (the APIs,
// webhooks) is given as it was taken.
package visible
