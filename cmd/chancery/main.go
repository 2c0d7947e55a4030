// Command chancery is the licence server: one binary, every subcommand.
package main

func main() {}
