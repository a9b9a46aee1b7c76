package timeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/timeline/story"
)

// told gives the first diagnosis of a code, nil where there is none.
func told(s *story.Story, code string) *story.Diagnosis {
	for _, d := range s.Diagnoses {
		if d.Code == code {
			return d
		}
	}
	return nil
}

// says fails unless a diagnosis of a code stands that says all the words, has
// frames and advice.
func says(t *testing.T, s *story.Story, code, severity string, words ...string) *story.Diagnosis {
	t.Helper()
	d := told(s, code)
	if d == nil {
		var all []string
		for _, x := range s.Diagnoses {
			all = append(all, x.Code+": "+x.Text)
		}
		t.Fatalf("no %s is told, but %q", code, all)
	}
	if d.Severity != severity || d.Advice == "" {
		t.Errorf("%s %q, advice %q; want %s", d.Severity, d.Text, d.Advice, severity)
	}
	for _, w := range words {
		if !strings.Contains(d.Text, w) {
			t.Errorf("%q does not say %q", d.Text, w)
		}
	}
	return d
}

// silent fails if a diagnosis of a code stands.
func silent(t *testing.T, s *story.Story, code string) {
	t.Helper()
	if d := told(s, code); d != nil {
		t.Errorf("%s is told: %s", code, d.Text)
	}
}

// uploading is an image made, and an upload begun.
func uploading() []string {
	return []string{login("worker"), created(), inserted("worker"), commit("worker"),
		request("client", "glance", "PUT /v2/images/"+id+"/file", "@bytes 5000", "Host: x", "Content-Type: application/octet-stream", token),
		saved("worker", "queued", "saving", matchedOne), commit("worker")}
}

// then joins lines behind others.
func then(lines []string, more ...string) []string { return append(slices.Clone(lines), more...) }

// finished is the end of an upload that went well.
func finished() string {
	return saved("worker", "saving", "active", matchedOne) + commit("worker") + response("client", "glance", "204 No Content", "", req+"1")
}

// fellBack is the end of one that did not.
func fellBack(status, body string) string {
	return saved("worker", "saving", "queued", matchedOne) + commit("worker") + response("client", "glance", status, body, "Content-Type: text/plain", req+"1")
}

// put is a request of Glance to Swift with its answer.
func put(object, status, body string, headers ...string) string {
	return request("stores", "swift", "PUT /v1/AUTH_p/glance/"+object, "@bytes 5000", append([]string{"Host: x"}, headers...)...) +
		response("stores", "swift", status, body, "X-Trans-Id: tx621d6398c41b4f9c92daf-005e4b6cf4", "Content-Type: text/plain")
}

const toSwift = "stores --> swift connect"

func TestAQuotaOfTheStoreIsAFullStoreAndASwift500IsNot(t *testing.T) {
	full := tell(t, then(uploading(), toSwift, put(id, "413 Request Entity Too Large", "Upload exceeds quota."), fellBack("413 Request Entity Too Large", ""))...)
	says(t, full, "store_full", "error", "Swift answered 413", "Upload exceeds quota", "the client 413")
	broken := tell(t, then(uploading(), toSwift, put(id, "500 Internal Error", ""), fellBack("500 Internal Server Error", ""))...)
	says(t, broken, "store_error", "error", "Swift answered 500")
	silent(t, broken, "store_full")
}

func TestGlanceItselfMaySayThatTheStoreIsFull(t *testing.T) {
	s := tell(t, then(uploading(), fellBack("413 Request Entity Too Large", "413 Request Entity Too Large\n|\n| Image storage media is full: no space"))...)
	says(t, s, "store_full", "error", "Image storage media is full")
	s = tell(t, then(uploading(), fellBack("413 Request Entity Too Large", "413 Request Entity Too Large\n|\n| Denying attempt to upload image larger than 1000 bytes."))...)
	silent(t, s, "store_full")
	says(t, s, "upload_failed_back_to_queued", "error", "Denying attempt to upload image larger")
}

func TestRefusedConnectionsToSwiftAreTheCauseUnlessAnotherHostsOrAnotherTimes(t *testing.T) {
	refused := "stores --> swift syn\nstores <-- swift rst\n"
	s := tell(t, then(uploading(), refused, fellBack("500 Internal Server Error", ""))...)
	d := says(t, s, "store_error", "error", "Swift (172.16.0.40:8080) refused 1 connection")
	if d.Cause == nil || d.Cause.From != "172.16.0.40:8080" || d.Frames[0] != s.Refused[0].FirstFrame {
		t.Errorf("cause %+v, frames %v, refused %+v", d.Cause, d.Frames, s.Refused)
	}
	elsewhere := tell(t, then(uploading(), strings.ReplaceAll(refused, "stores", "nova"), fellBack("500 Internal Server Error", ""))...)
	silent(t, elsewhere, "store_error")
	before := tell(t, append([]string{refused}, then(uploading(), fellBack("500 Internal Server Error", ""))...)...)
	silent(t, before, "store_error")
}

func TestAFailureOfWhichNoCauseIsSeenClaimsNone(t *testing.T) {
	s := tell(t, then(uploading(), fellBack("500 Internal Server Error", ""))...)
	says(t, s, "upload_failed_back_to_queued", "error", "Glance answered 500")
	s = tell(t, then(uploading(), finished())...)
	silent(t, s, "upload_failed_back_to_queued")
}

func TestAnImageThatNobodyUploadedIsToldAndOneThatWasIsNot(t *testing.T) {
	s := tell(t, login("worker"), created(), inserted("worker"), commit("worker"))
	says(t, s, "queued_never_uploaded", "note", "nothing was uploaded")
	s = tell(t, login("worker"), created(), inserted("worker"), commit("worker"), "+61s worker --> database ping", "worker <-- database ok")
	says(t, s, "queued_never_uploaded", "warning")
	silent(t, tell(t, then(uploading(), finished())...), "queued_never_uploaded")
	silent(t, tell(t, login("worker"), created(), inserted("worker"), commit("worker"), uploaded("400 Bad Request")), "queued_never_uploaded")
}

func TestAnUploadInWhichNothingMovesIsStuckAndOneThatGoesOnIsOpen(t *testing.T) {
	s := tell(t, then(uploading(), "+5s worker --> database ping", "worker <-- database ok")...)
	says(t, s, "stuck_saving", "warning", "nothing of it moved in the last 5")
	s = tell(t, uploading()...)
	says(t, s, "upload_open", "warning", "going on")
	silent(t, s, "stuck_saving")
	silent(t, tell(t, then(uploading(), finished())...), "stuck_saving")
}

// staged is an image of which the bytes lie in the staging area.
func staged() []string {
	return []string{login("worker"), created(), inserted("worker"), commit("worker"),
		request("client", "glance", "PUT /v2/images/"+id+"/stage", "@bytes 5000", "Host: x"),
		saved("worker", "queued", "uploading", matchedOne), commit("worker")}
}

func TestAStageThatFailedLeavesTheImageUploading(t *testing.T) {
	s := tell(t, then(staged(), response("client", "glance", "500 Internal Server Error", "", req+"1"))...)
	says(t, s, "stuck_uploading", "error", "left in uploading")
	s = tell(t, then(staged(), response("client", "glance", "204 No Content", "", req+"1"))...)
	says(t, s, "staged_not_imported", "note")
	silent(t, s, "stuck_uploading")
}

const taskID = "844e1a2b-0000-4000-8000-0123456789ab"

// imported orders an import and begins it; more follows.
func imported(more ...string) []string {
	return then(staged(), append([]string{response("client", "glance", "204 No Content", "", req+"1"),
		request("client", "glance", "POST /v2/images/"+id+"/import", `{"method": {"name": "glance-direct"}}`, "Host: x", jsonType),
		query("worker", "INSERT INTO image_properties (created_at, updated_at, deleted, image_id, name, value) VALUES ('2020-02-18 04:49:56.000001', '2020-02-18 04:49:56.000001', 0, '"+id+"', 'os_glance_import_task', '"+taskID+"')", "ok affected=1 insert_id=7 status=in_trans"),
		commit("worker"),
		query("worker", "INSERT INTO tasks (id, type, status, image_id, request_id) VALUES ('"+taskID+"', 'api_image_import', 'pending', '"+id+"', 'req-bd5194f0-b1c2-40d3-a646-8a24ed0a1b12')", matchedOne), commit("worker"),
		response("client", "glance", "202 Accepted", "", req+"2"),
		saved("worker", "uploading", "importing", matchedOne), commit("worker")}, more...)...)
}

func taskEnded(status string) string {
	return query("worker", "UPDATE tasks SET updated_at='2020-02-18 04:49:57.000001', status='"+status+"' WHERE tasks.id = '"+taskID+"'", matchedOne) + commit("worker")
}

func TestAnImportThatNeverEndsIsStuckAndOneThatGoesOnIsOpen(t *testing.T) {
	s := tell(t, imported("+9s worker --> database ping", "worker <-- database ok")...)
	says(t, s, "stuck_importing", "warning", "importing for 9")
	s = tell(t, imported()...)
	silent(t, s, "stuck_importing")
	says(t, s, "import_open", "warning")
}

func TestAnImportFailsWithItsTask(t *testing.T) {
	failed := imported(query("worker", "UPDATE task_info SET message='Download returned 404' WHERE task_info.task_id = '"+taskID+"'", matchedOne), commit("worker"),
		saved("worker", "importing", "queued", matchedOne), commit("worker"), taskEnded("failure"))
	says(t, tell(t, failed...), "import_failed", "error", "Download returned 404")
	s := tell(t, imported(saved("worker", "importing", "active", matchedOne), commit("worker"), taskEnded("success"))...)
	silent(t, s, "import_failed")
}

func TestALockThatOutlivesItsTaskIsToldAndOneThatIsTakenAwayIsNot(t *testing.T) {
	over := imported(saved("worker", "importing", "active", matchedOne), commit("worker"), taskEnded("success"))
	later := []string{"+3s worker --> database ping", "worker <-- database ok"}
	says(t, tell(t, then(over, later...)...), "import_lock_left", "warning", taskID, "os_glance_import_task")
	silent(t, tell(t, over...), "import_lock_left") // it may still be taken away
	away := query("worker", "DELETE FROM image_properties WHERE image_properties.image_id = '"+id+"' AND image_properties.name = 'os_glance_import_task' AND image_properties.value = '"+taskID+"'", matchedOne) + commit("worker")
	silent(t, tell(t, then(then(over, away), later...)...), "import_lock_left")
	silent(t, tell(t, imported(later...)...), "import_lock_left") // its task is not over
}

func TestWhoWasQuickerIsNamed(t *testing.T) {
	lost := then(uploading(), login("other"), "nova --> glance connect",
		request("nova", "glance", "DELETE /v2/images/"+id, "", "Host: x"),
		query("other", "UPDATE images SET updated_at='2020-02-18 04:49:56.100000', status='deleted' WHERE images.id = '"+id+"'", matchedOne), commit("other"),
		response("nova", "glance", "204 No Content", "", req+"5"),
		saved("worker", "saving", "active", "ok affected=0 status=in_trans"), rollback("worker"), response("client", "glance", "410 Gone", "", req+"1"))
	says(t, tell(t, lost...), "guard_conflict", "warning", "no longer saving: it was deleted", "the client 410")
	silent(t, tell(t, then(uploading(), finished())...), "guard_conflict")
}

func TestASecondUploadMeetsTheFirst(t *testing.T) {
	second := "nova --> glance connect\n" + request("nova", "glance", "PUT /v2/images/"+id+"/file", "@bytes 10", "Host: x") +
		response("nova", "glance", "409 Conflict", "409 Conflict\n|\n| Image status transition from saving to saving is not allowed", "Content-Type: text/plain", req+"7")
	says(t, tell(t, then(uploading(), second, finished())...), "guard_conflict", "warning", "from saving to saving", "the image was saving")
	says(t, tell(t, then(uploading(), finished(), second)...), "guard_conflict", "note") // the image had come to rest
}

func TestACommitThatIsNotThereIsToldWhereTheTransactionStandsOpen(t *testing.T) {
	open := then(uploading(), saved("worker", "saving", "active", matchedOne), response("client", "glance", "204 No Content", "", req+"1"))
	says(t, tell(t, open...), "commit_missing", "warning", "1 write of images", "after upload was answered 204")
	silent(t, tell(t, then(uploading(), finished())...), "commit_missing")
	silent(t, tell(t, then(uploading(), saved("worker", "saving", "active", matchedOne), rollback("worker"))...), "commit_missing")
}

func TestAWriteThatWasUndoneAndRepeatedIsANoteOnly(t *testing.T) {
	undone := then(uploading(), saved("worker", "saving", "active", matchedOne), rollback("worker"))
	says(t, tell(t, undone...), "rolled_back_write", "warning", "1 write of images was rolled back")
	says(t, tell(t, then(undone, finished())...), "rolled_back_write", "note", "repeated with success")
	silent(t, tell(t, then(uploading(), finished(), rollback("worker"))...), "rolled_back_write")
}

func TestADeadlockAtCommitIsTheClustersAndOneBeforeIsNot(t *testing.T) {
	const deadlock = "err 1213 40001 Deadlock found when trying to get lock; try restarting transaction"
	says(t, tell(t, then(uploading(), saved("worker", "saving", "active", matchedOne), query("worker", "COMMIT", deadlock))...), "galera_conflict", "warning", "another node")
	s := tell(t, then(uploading(), saved("worker", "saving", "active", deadlock), rollback("worker"), finished())...)
	silent(t, s, "galera_conflict")
	says(t, s, "database_error", "warning", "1213")
}

func TestAStatementOfASecondIsSlowAndOneOfLessIsNot(t *testing.T) {
	slow := func(took string) *story.Story {
		q := saved("worker", "saving", "active", "[over 0ms] "+matchedOne)
		q = strings.Replace(q, "worker <-- database [over 0ms] ", "+"+took+" worker <-- database ", 1)
		return tell(t, then(uploading(), q, commit("worker"), response("client", "glance", "204 No Content", "", req+"1"))...)
	}
	says(t, slow("1200ms"), "slow_query", "warning", "1.2", "UPDATE of images")
	silent(t, slow("900ms"), "slow_query")
}

func TestSegmentsThatBelongToNothingAreToldUnlessTheyWereDeletedOrNamed(t *testing.T) {
	manifest := put(id, "201 Created", "", "X-Object-Manifest: glance/"+id+"-")
	segment := put(id+"-00001", "201 Created", "")
	refused := put(id+"-00002", "503 Service Unavailable", "")
	failed := func(more ...string) *story.Story {
		return tell(t, then(uploading(), append(append([]string{toSwift, segment, refused}, more...), fellBack("500 Internal Server Error", ""))...)...)
	}
	says(t, failed(), "orphan_segments", "warning", "1 segment in Swift's container glance", id+"-00001")
	silent(t, failed(request("stores", "swift", "DELETE /v1/AUTH_p/glance/"+id+"-00001", "", "Host: x"), response("stores", "swift", "204 No Content", "")), "orphan_segments")
	silent(t, tell(t, then(uploading(), toSwift, segment, manifest, finished())...), "orphan_segments")
	silent(t, tell(t, then(uploading(), toSwift, segment)...), "orphan_segments") // the upload goes on
}

// tokenBody is Keystone's answer with the times of the token.
func tokenBody(issued, expires string) string {
	return fmt.Sprintf(`{"token": {"user": {"id": "u1", "name": "admin"}, "project": {"id": "p1", "name": "demo"}, "issued_at": "%s", "expires_at": "%s", "catalog": []}}`, issued, expires)
}

func TestATokenThatRunsOutInTheMiddleIsToldApartFromOneThatWasNeverGood(t *testing.T) {
	with := func(expires string) *story.Story {
		return tell(t, "client --> keystone connect", request("client", "keystone", "POST /v3/auth/tokens", `{"auth": {}}`, "Host: x", jsonType),
			response("client", "keystone", "201 CREATED", tokenBody("2020-02-18T04:49:50.000000Z", expires), jsonType, subject, req+"9"),
			login("worker"), created(), inserted("worker"), commit("worker"), "+5s worker --> database ping", "worker <-- database ok", uploaded("401 Unauthorized"))
	}
	says(t, with("2020-02-18T04:49:58.000000Z"), "token_expired_midway", "error", "ran out")
	s := with("2020-02-18T05:49:55.000000Z")
	silent(t, s, "token_expired_midway")
	says(t, s, "unauthorized", "error", "not accepted any more")
	s = with("2020-02-18T04:49:54.000000Z") // before anything was done with it
	silent(t, s, "token_expired_midway")
	says(t, s, "unauthorized", "error", "had run out")
}

func TestARevokedTokenAndNoTokenAreToldApart(t *testing.T) {
	revoked := tell(t, issued(), login("worker"), created(), inserted("worker"), commit("worker"),
		request("client", "keystone", "DELETE /v3/auth/tokens", "", "Host: x", token, subject), response("client", "keystone", "204 NO CONTENT", "", req+"8"), uploaded("401 Unauthorized"))
	says(t, revoked, "unauthorized", "error", "was revoked")
	none := tell(t, login("worker"), created(), inserted("worker"), commit("worker"), strings.Replace(uploaded("401 Unauthorized"), "| "+token+"\n", "", 1))
	says(t, none, "unauthorized", "error", "carried no token")
	silent(t, tell(t, then([]string{issued()}, then(uploading(), finished())...)...), "unauthorized")
}

func TestAHostWhoseClockIsWrongIsToldAndASmallDifferenceIsNot(t *testing.T) {
	dated := func(date string) *story.Story {
		return tell(t, request("client", "glance", "GET /v2/images/"+id, "", "Host: x"),
			response("client", "glance", "200 OK", imageBody("active"), jsonType, "Date: Tue, 18 Feb 2020 "+date+" GMT", req+"2"))
	}
	says(t, dated("04:49:40"), "clock_skew", "warning", "172.16.0.19", "behind the capture's", "Date")
	says(t, dated("04:50:20"), "clock_skew", "warning", "ahead of the capture's")
	silent(t, dated("04:49:54"), "clock_skew")
	silent(t, dated("04:49:55"), "clock_skew")
}

func TestUpdatedAtTellsTheClockOfTheHostThatWroteIt(t *testing.T) {
	at := func(written string) *story.Story {
		return tell(t, login("worker"), strings.ReplaceAll(inserted("worker"), "2020-02-18 04:49:55.993652", written), commit("worker"))
	}
	says(t, at("2020-02-18 04:49:58.000001"), "clock_skew", "warning", "172.16.0.19", "at least 2.9", "updated_at")
	silent(t, at("2020-02-18 04:49:54.999000"), "clock_skew")
	silent(t, at("2020-02-18 04:49:50.000001"), "clock_skew") // nothing says that it was not written so late
}

func TestFramesRecordedTwiceAreToldAndRepetitionsAreNot(t *testing.T) {
	lines := func(fault string) []string {
		return []string{login("worker"), strings.Replace(created(), "client --> glance POST", "client --> glance "+fault+"POST", 1), inserted("worker"), commit("worker")}
	}
	says(t, tell(t, lines("[double 1] ")...), "duplicate_frames", "note", "recorded twice")
	silent(t, tell(t, lines("[again 1] ")...), "duplicate_frames")
	silent(t, tell(t, lines("")...), "duplicate_frames")
}

func TestAHostThatWritesTheDatabaseAndHasNoApiIsAGap(t *testing.T) {
	s := tell(t, login("worker"), inserted("worker"), commit("worker"))
	says(t, s, "filter_gap", "note", "the API of 172.16.0.19, which writes Glance's database")
	silent(t, tell(t, login("worker"), created(), inserted("worker"), commit("worker")), "filter_gap")
	s = tell(t, login("worker"), inserted("worker"), commit("worker"), login("nova"), saved("nova", "queued", "saving", matchedOne), commit("nova"))
	says(t, s, "filter_gap", "note", "the APIs of 172.16.0.19 and 172.16.0.18, which write Glance's database")
}

func TestAFilterIsSaidToBeReadOtherwiseOnlyWhereItIsKnown(t *testing.T) {
	with := func(filter string) *story.Story {
		return tellOptions(t, Options{Version: "test", Filter: filter}, decoder.Options{ShowSecrets: true}, login("worker"), created(), inserted("worker"), commit("worker"))
	}
	says(t, with("host 172.16.0.20 and port 13000 or port 3306"), "filter_gap", "warning", "(host 172.16.0.20 and port 13000) or port 3306")
	silent(t, with("host 172.16.0.20 and (port 13000 or port 3306)"), "filter_gap")
	silent(t, with(""), "filter_gap")
}

// haltingly is an upload of which the second part of the body comes after a pause.
func haltingly(fault string, pause ...string) []string {
	return then([]string{login("worker"), created(), inserted("worker"), commit("worker"),
		"client --> glance " + fault + "PUT /v2/images/" + id + "/file HTTP/1.1\n| Host: x\n| Content-Length: 9000\n|\n| @bytes 4000\n",
		saved("worker", "queued", "saving", matchedOne), commit("worker")}, append(pause, "+600ms client --> glance bytes 5000", finished())...)
}

func TestAPauseInWhichALossIsRepairedIsTheNetworksAndOneInWhichNothingIsSentIsNot(t *testing.T) {
	s := tell(t, haltingly("[again 2] ")...)
	d := says(t, s, "slow_phase", "note", "saving took 0.6", "the network, which repaired losses")
	if !strings.Contains(d.Advice, "losses") {
		t.Errorf("advice %q", d.Advice)
	}
	silent(t, tell(t, haltingly("")...), "slow_phase")                          // nothing shows what it waited for
	silent(t, tell(t, haltingly("", "client <-- glance ack")...), "slow_phase") // the client was idle, under a second
	silent(t, tell(t, haltingly("[double 2] ")...), "slow_phase")               // recorded twice is not sent twice
}

func TestAPhaseInWhichTheDatabaseIsWaitedForIsItsAndAFastOneIsNot(t *testing.T) {
	waiting := func(took string) *story.Story {
		q := strings.Replace(saved("worker", "saving", "active", matchedOne), "worker <-- database ", "+"+took+" worker <-- database ", 1)
		return tell(t, then(uploading(), q, commit("worker"), response("client", "glance", "204 No Content", "", req+"1"))...)
	}
	d := says(t, waiting("600ms"), "slow_phase", "note", "saving took 0.6", "of it the database")
	if strings.Contains(d.Text, "held") {
		t.Errorf("nobody was held: %s", d.Text)
	}
	says(t, waiting("5100ms"), "slow_phase", "warning", "of it the database")
	silent(t, waiting("200ms"), "slow_phase")
	// The same time in which the database has answered is not its.
	s := tell(t, then(uploading(), saved("worker", "saving", "active", matchedOne), strings.Replace(commit("worker"), "worker -->", "+600ms worker -->", 1), response("client", "glance", "204 No Content", "", req+"1"))...)
	silent(t, s, "slow_phase")
}

func TestANodeThatIsNotPartOfItsClusterIsTheClustersAndAnUnknownCommandIsNot(t *testing.T) {
	const notReady = "err 1047 08S01 WSREP has not yet prepared node for application use"
	s := tell(t, then(uploading(), saved("worker", "saving", "active", notReady), rollback("worker"), fellBack("500 Internal Server Error", ""))...)
	says(t, s, "galera_conflict", "warning", "not part of its cluster", "1047")
	silent(t, s, "database_error")
	s = tell(t, then(uploading(), saved("worker", "saving", "active", "err 1047 08S01 Unknown command"), rollback("worker"), fellBack("500 Internal Server Error", ""))...)
	silent(t, s, "galera_conflict")
	says(t, s, "database_error", "warning", "Unknown command")
}

func TestAPingThatANodeRefusesIsToldThoughItNamesNoImage(t *testing.T) {
	const notReady = "err 1047 08S01 WSREP has not yet prepared node for application use"
	s := tell(t, then(uploading(), query("worker", "SELECT 1", notReady), query("worker", "SELECT 1", notReady), response("client", "glance", "500 Internal Server Error", "", req+"1"))...)
	says(t, s, "galera_conflict", "warning", "not part of its cluster", "2 times")
	silent(t, tell(t, then(uploading(), query("worker", "SELECT 1", "rows\n| 1\n| 1"), finished())...), "galera_conflict")
}

func TestASynThatNobodyAnswersIsToldApartFromARefusal(t *testing.T) {
	const syn, again = "stores --> swift syn", "+1s stores --> swift syn-again"
	s := tell(t, then(uploading(), syn, again, fellBack("500 Internal Server Error", ""))...)
	d := says(t, s, "store_error", "error", "Swift (172.16.0.40:8080) did not answer 1 attempt to connect")
	if len(s.Refused) != 1 || !s.Refused[0].Unanswered || d.Cause.Frame != s.Refused[0].FirstFrame || !strings.Contains(d.Advice, "172.16.0.40:8080") {
		t.Errorf("refused %+v, cause %+v, advice %q", s.Refused, d.Cause, d.Advice)
	}
	// It may be that a SYN seen once was answered later.
	s = tell(t, then(uploading(), syn, fellBack("500 Internal Server Error", ""))...)
	silent(t, s, "store_error")
	if len(s.Refused) != 0 {
		t.Errorf("refused %+v", s.Refused)
	}
	// One that is answered is no refusal, though nothing is said on it.
	s = tell(t, then(uploading(), toSwift, "stores --> swift close", fellBack("500 Internal Server Error", ""))...)
	silent(t, s, "store_error")
	if len(s.Refused) != 0 {
		t.Errorf("refused %+v", s.Refused)
	}
	// A port that is none of the services' is not told.
	s = tell(t, then(uploading(), "memcached = 172.16.0.40:11211", "stores --> memcached syn", "stores <-- memcached rst", finished())...)
	if len(s.Refused) != 0 {
		t.Errorf("refused %+v", s.Refused)
	}
}

func TestTheStoresTimeMayBeIdentitysWhereItAskedKeystoneMeanwhile(t *testing.T) {
	slow := func(from, until string) *story.Story {
		return tell(t, then(uploading(), toSwift, request("stores", "swift", "PUT /v1/AUTH_p/glance/"+id, "@bytes 5000", "Host: x"),
			"proxy = "+from+":47000", "proxy --> keystone connect", request("proxy", "keystone", "GET /v3/auth/tokens", "", "Host: x", subject),
			response("proxy", "keystone", "200 OK", "{}", jsonType, req+"7"),
			"+"+until+" "+response("stores", "swift", "201 Created", "", "X-Trans-Id: tx621d6398c41b4f9c92daf-005e4b6cf4"), finished())...)
	}
	says(t, slow("172.16.0.40", "600ms"), "slow_phase", "note", "of it the store, or identity, which it asked meanwhile")
	if d := says(t, slow("172.16.0.41", "600ms"), "slow_phase", "note", "of it the store"); strings.Contains(d.Text, "identity") {
		t.Errorf("another host asked Keystone: %s", d.Text)
	}
}

func TestClocksThatAreAllOffTogetherAreTheCapturingHosts(t *testing.T) {
	dated := func(glance, keystone string) *story.Story {
		return tell(t, "other = 172.16.0.21:5000\nclient --> other connect",
			request("client", "glance", "GET /v2/images/"+id, "", "Host: x"), response("client", "glance", "200 OK", imageBody("active"), jsonType, "Date: Tue, 18 Feb 2020 "+glance+" GMT", req+"2"),
			request("client", "other", "GET /v3/auth/tokens", "", "Host: x", subject), response("client", "other", "200 OK", "{}", jsonType, "Date: Tue, 18 Feb 2020 "+keystone+" GMT", req+"3"))
	}
	clocks := func(s *story.Story) (list []string) {
		for _, d := range s.Diagnoses {
			if d.Code == "clock_skew" {
				list = append(list, d.Text)
			}
		}
		return list
	}
	s := dated("04:49:40", "04:49:40")
	d := says(t, s, "clock_skew", "warning", "the clocks of all 2 hosts lie", "behind the capture's", "capturing host's that is wrong")
	if !strings.Contains(d.Advice, "capturing host") || len(clocks(s)) != 1 || len(d.Frames) != 2 {
		t.Errorf("%+v", clocks(s))
	}
	for _, c := range []struct {
		glance, keystone string
		want             int
	}{{"04:49:40", "04:49:20", 2}, {"04:49:40", "04:50:20", 2}, {"04:49:40", "04:49:55", 1}} {
		if got := clocks(dated(c.glance, c.keystone)); len(got) != c.want || strings.Contains(got[0], "capturing") {
			t.Errorf("clocks at %s and %s: %q", c.glance, c.keystone, got)
		}
	}
	if got := clocks(dated("04:49:55", "04:49:55")); len(got) != 0 {
		t.Errorf("clocks that are right: %q", got)
	}
}
