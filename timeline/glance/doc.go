// Package glance knows what OpenStack's requests, statements and bodies mean:
// actions, the states of an image and the changes between them that Glance
// allows, tables and columns, stores, and who a token belongs to.
//
// Comes in: request lines, statements as sqltext reads them, bodies as text.
// Goes out: plain values. The package keeps nothing between two calls, links
// nothing and judges nothing.
package glance

// The services whose calls are told.
const (
	Glance   = "glance"
	Keystone = "keystone"
	Swift    = "swift"
)
