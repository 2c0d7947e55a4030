package faults_test

func useDisk() {}
