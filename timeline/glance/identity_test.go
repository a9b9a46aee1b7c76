package glance

import (
	"slices"
	"testing"
)

func TestKeystonesStatementsNameTokensByTheirIds(t *testing.T) {
	const user, audit = "58ac73f9ff734aacb957c5db0435ae8b", "gmdyLbmBS7e0RSSzshr0JA"
	text := "SELECT x FROM revocation_event WHERE revocation_event.audit_id = '" + audit + "' OR user.id = '" + user + "' AND name = 'default' AND y = '" + audit + "A'"
	if got := Identities(text); !slices.Equal(got, []string{audit, user}) {
		t.Errorf("%q", got)
	}
	if got := Identities("'unclosed"); got != nil {
		t.Errorf("%q", got)
	}
}
