//go:build !linux

package tables
