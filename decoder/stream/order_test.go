package stream

import (
	"strings"
	"testing"
)

// told gives what the handler of a conversation hears, in one list.
func told(k *talk) func() string {
	var order []string
	k.a.o.Accept = func(*Info) Handler { return &ordered{order: &order} }
	return func() string {
		k.a.Close()
		lawful(k.t, k.a, k.count)
		return strings.Join(order, ", ")
	}
}

func TestBytesHeldFromEarlierAreToldBeforeAHoleThatTheirSenderReadLater(t *testing.T) {
	k := newTalk(t, Options{}).open()
	heard := told(k)
	// "one " and "answer 1" are not captured; "two " was sent before answer 1
	// was received, "three" after it.
	k.c(4, 0, "two ").c(8, 8, "three").s(8, 13, "answer 2")
	if got, want := heard(), "client gap 4, client two , server gap 8, client three, server answer 2"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

func TestHolesOfBothDirectionsAreToldInTheOrderOfTheirAcknowledgements(t *testing.T) {
	k := newTalk(t, Options{}).open()
	heard := told(k)
	k.c(4, 0, "two ").s(8, 8, "answer 2").c(8, 16, "three").s(16, 13, "answer 3")
	if got, want := heard(), "client gap 4, client two , server gap 8, server answer 2, client three, server answer 3"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

func TestARequestHeldAtTheBeginningComesBeforeItsLostAnswer(t *testing.T) {
	k := newTalk(t, Options{}) // joined midstream
	heard := told(k)
	k.c(0, 0, "request 1").c(9, 10, "request 2").s(10, 18, "response 2")
	if got, want := heard(), "client request 1, server gap 10, client request 2, server response 2"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

func TestAHoleThatWaitsForTheOtherDirectionIsToldAtTheEnd(t *testing.T) {
	k := newTalk(t, Options{}).open()
	heard := told(k)
	// Nothing acknowledges the client's hole: what lies behind it was not read.
	k.c(4, 0, "two ").s(8, 0, "answer 2").c(8, 16, "three")
	if got, want := heard(), "server gap 8, server answer 2"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}
