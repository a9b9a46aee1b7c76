//go:build !linux

package main

// reserveHeap does nothing: large pages are asked for in other ways here.
func reserveHeap() {}
