package timeline

import (
	"testing"

	"glancecap/timeline/story"
)

func TestAChangeIsTrueAtTheAnswerToItsCommit(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"), rollback("worker"),
		saved("worker", "queued", "saving", matchedOne), commit("worker"), rollback("worker"))
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→saving")
	tr := i.Transitions[1]
	var update, end *story.Statement
	for _, st := range s.Statements {
		switch {
		case st.Verb == "UPDATE":
			update = st
		case st.Verb == "COMMIT":
			end = st
		}
	}
	if tr.Time != end.End || tr.Frame != end.LastFrame || *tr.Statement != update.ID || tr.Written.Frame != update.FirstFrame {
		t.Errorf("the transition is told at frame %d, time %s, written in %d; the COMMIT's OK is frame %d at %s, the UPDATE %d",
			tr.Frame, tr.Time, tr.Written.Frame, end.LastFrame, end.End, update.FirstFrame)
	}
	if update.Outcome != "committed" || tr.Certainty != "proven" || !tr.Legal || *tr.Written.UpdatedAt != "2020-02-18 04:49:56.046542" {
		t.Errorf("outcome %s, %+v", update.Outcome, tr)
	}
}

func TestARolledBackWriteIsAnAttempt(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"), saved("worker", "queued", "saving", matchedOne), rollback("worker"))
	i := only(t, s)
	wantArrows(t, i, "·→queued")
	if got := attempts(i); got != "saving rolled_back" {
		t.Errorf("attempts %q", got)
	}
	if got := *i.Row.Get("status"); got != "queued" {
		t.Errorf("the row says %s", got)
	}
}

func TestACommitAnsweredWithAnErrorIsARollback(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"), saved("worker", "queued", "saving", matchedOne),
		query("worker", "COMMIT", "err 1213 40001 Deadlock found when trying to get lock; try restarting transaction"))
	wantArrows(t, only(t, s), "·→queued")
}

func TestAWriteThatMatchesNoRowChangesNothing(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"),
		saved("worker", "saving", "active", "ok affected=0 status=in_trans"), commit("worker"))
	i := only(t, s)
	wantArrows(t, i, "·→queued")
	if got := attempts(i); got != "active no_row" {
		t.Errorf("attempts %q", got)
	}
	if codes(s) != "guard_conflict" {
		t.Errorf("diagnoses %q", codes(s))
	}
}

func TestARepeatedTransactionIsToldOnce(t *testing.T) {
	const deadlock = "err 1213 40001 Deadlock found when trying to get lock; try restarting transaction"
	s := tell(t, login("worker"), inserted("worker"), commit("worker"),
		saved("worker", "queued", "saving", deadlock), rollback("worker"), rollback("worker"),
		saved("worker", "queued", "saving", deadlock), rollback("worker"),
		saved("worker", "queued", "saving", matchedOne), commit("worker"))
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→saving")
	if got := attempts(i); got != "saving error, saving error" {
		t.Errorf("attempts %q", got)
	}
}

func TestASaveThatRepeatsTheStatusIsNoTransition(t *testing.T) {
	s := tell(t, login("worker"), read("worker", "active"), rollback("worker"),
		query("worker", "UPDATE images SET updated_at='2020-02-18 04:49:56', name='other', status='active' WHERE images.id = '"+id+"'", matchedOne), commit("worker"))
	i := only(t, s)
	wantArrows(t, i, "")
	if *i.Row.Get("name") != "other" || !i.BeforeCapture || i.OnlyRead {
		t.Errorf("%+v", i)
	}
}

func TestTheGuardTellsTheOldStatusOfAnImageThatWasThereBefore(t *testing.T) {
	i := only(t, tell(t, login("worker"), saved("worker", "queued", "saving", matchedOne), commit("worker")))
	wantArrows(t, i, "queued→saving")
	if !i.BeforeCapture {
		t.Error("the image is told to begin in the capture")
	}
}

func TestAHandOnTheDatabaseIsSeen(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"), saved("worker", "queued", "saving", matchedOne), commit("worker"),
		saved("worker", "saving", "active", matchedOne), commit("worker"),
		"other --> database connect", "other <-- database greeting id=40", "other --> database login user=root database=glance",
		"other <-- database ok status=autocommit",
		query("other", "update images set status = 'queued' where id = '"+id+"'", "ok affected=1 status=autocommit"))
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→saving saving→active active→queued")
	if last := i.Transitions[3]; last.Legal || codes(s) != "illegal_transition" {
		t.Errorf("legal %v, diagnoses %q", last.Legal, codes(s))
	}
	if st := s.Statements[len(s.Statements)-1]; st.Outcome != "autocommitted" || st.Transaction != nil {
		t.Errorf("outcome %s", st.Outcome)
	}
}

func TestALostAnswerToACommitProvesNothing(t *testing.T) {
	lost := "worker --> database query COMMIT\nworker <-- database [drop 1] ok status=none\n"
	s := tell(t, login("worker"), inserted("worker"), commit("worker"), saved("worker", "queued", "saving", matchedOne), lost,
		"worker --> database query ROLLBACK\nworker <-- database ok status=none")
	i := only(t, s)
	for _, tr := range i.Transitions {
		if tr.To == "saving" && tr.Certainty == "proven" {
			t.Errorf("%s is proven", arrows(i))
		}
	}
}

func TestALaterReadShowsThatAWriteWasCommitted(t *testing.T) {
	lost := "worker --> database [drop 1] query COMMIT\nworker <-- database [drop 1] ok status=none\n"
	s := tell(t, login("worker"), login("other"), inserted("worker"), commit("worker"), saved("worker", "queued", "saving", matchedOne), lost,
		rollback("worker"), read("other", "saving"), rollback("other"))
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→saving")
	if tr := i.Transitions[1]; tr.Certainty != "likely" || tr.Confidence >= 1 {
		t.Errorf("certainty %s, confidence %v", tr.Certainty, tr.Confidence)
	}
}

func TestAConnectionThatEndsUndoesWhatIsOpen(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"), saved("worker", "queued", "saving", matchedOne), "worker --> database close")
	i := only(t, s)
	wantArrows(t, i, "·→queued")
	if got := attempts(i); got != "saving rolled_back" {
		t.Errorf("attempts %q", got)
	}
}

func TestASnapshotFromBeforeAChangeSaysNothing(t *testing.T) {
	s := tell(t, login("worker"), login("other"), inserted("worker"), commit("worker"), read("other", "queued"),
		saved("worker", "queued", "saving", matchedOne), commit("worker"), read("other", "queued"), rollback("other"))
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→saving")
	if *i.Row.Get("status") != "saving" || codes(s) != "stuck_saving" {
		t.Errorf("status %s, diagnoses %q", *i.Row.Get("status"), codes(s))
	}
}

func TestAGuestFromAnotherDatabaseIsToldAndNothingElseOfIt(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"),
		"nova --> database connect", "nova <-- database greeting id=50", "nova --> database login user=root database=nova", "nova <-- database ok status=autocommit",
		query("nova", "BEGIN", "ok status=in_trans,autocommit"), query("nova", "UPDATE glance.images SET status='deleted' WHERE id='"+id+"'", "ok affected=1 status=in_trans,autocommit"),
		query("nova", "UPDATE instances SET a=1", "ok affected=1 status=in_trans,autocommit"), query("nova", "COMMIT", "ok status=autocommit"),
		query("nova", "UPDATE instances SET a=2", "ok affected=1 status=autocommit"))
	wantArrows(t, only(t, s), "·→queued queued→deleted")
	if d := s.Folded.Databases; len(d) != 1 || d[0].Database != "nova" || d[0].Verbs["UPDATE"] != 2 {
		t.Errorf("%+v", d)
	}
}

func TestAWriteThatMatchesSomeOfItsImagesProvesNothingOfEach(t *testing.T) {
	const other = "9a26b9da-3783-4223-bdd7-c553aa194e30"
	s := tell(t, login("worker"), inserted("worker"), commit("worker"),
		query("worker", "UPDATE images SET status='deleted' WHERE id IN ('"+id+"', '"+other+"')", matchedOne), commit("worker"))
	for _, i := range s.Images {
		for _, tr := range i.Transitions {
			if tr.To == "deleted" {
				t.Errorf("%s: %s", i.ID, arrows(i))
			}
		}
	}
}

func TestStatesThatWereNotSeenBetweenAreNotHeldAgainstGlance(t *testing.T) {
	s := tell(t, created(), request("client", "glance", "POST /v2/images/"+id+"/import", `{"method": {"name": "glance-direct"}}`, "Host: x", jsonType), response("client", "glance", "202 Accepted", "", req+"1"),
		request("client", "glance", "GET /v2/images/"+id, "", "Host: x"), response("client", "glance", "200 OK", imageBody("uploading"), jsonType, req+"2"),
		request("client", "glance", "GET /v2/images/"+id, "", "Host: x"), response("client", "glance", "200 OK", imageBody("active"), jsonType, req+"3"))
	i := only(t, s)
	wantArrows(t, i, "·→queued queued→uploading uploading→active")
	for _, tr := range i.Transitions {
		if !tr.Legal {
			t.Errorf("%v → %s is called illegal", tr.From, tr.To)
		}
	}
}
