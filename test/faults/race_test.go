//go:build race

package faults_test

// weight is how many times the memory a program takes under the race detector.
const weight = 6
