package http1

import "testing"

// A public capture of odd methods holds this request, and another reader's
// notes on it tell POST: it knows CCM_POST, an old client's tunnel, as a kind
// of POST. RFC 9112 §3.1 makes the method the token that stands there, and
// RFC 9110 §9.1 any token a method: what was sent is what is told.
func TestAnUnknownMethodIsToldAsItStands(t *testing.T) {
	w := newWire(t)
	w.say(client, "CCM_POST / HTTP/1.1\nHost: www.google.com\n\n")
	w.say(server, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
	w.want(`CCM_POST / → 405`)
}
