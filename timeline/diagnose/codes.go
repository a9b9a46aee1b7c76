package diagnose

// Code is a kind of diagnosis, for the manual.
type Code struct {
	Name string
	// Means says in a sentence what has happened, Next what to do about it.
	Means, Next string
}

// Codes lists every code that a diagnosis may carry, in the order in which
// people meet them. A test holds it to what the package says.
func Codes() []Code {
	return []Code{
		{"upload_aborted_by_client", "The client ended the connection before it had sent the whole image.", "Look at the client and at what lies between it and Glance; the image is queued again and takes a new PUT."},
		{"upload_failed_back_to_queued", "The upload failed and Glance set the image back to queued.", "Search glance-api.log for the request id; a new PUT to the same id is allowed."},
		{"upload_failed", "Glance answered an upload with an error.", "Search glance-api.log for the request id."},
		{"upload_refused", "Glance would not take the bytes: a format is missing, the image is not queued, a quota is used up.", "Read Glance's answer; mend the image's properties, then PUT again."},
		{"upload_open", "The upload was still running when the capture ended.", "Capture longer."},
		{"store_error", "Swift answered Glance with an error, did not answer, or could not be reached.", "Search Swift's proxy log for the transaction id; look whether the proxy runs."},
		{"store_full", "The store has no room: a quota, or a full disk.", "Make room or raise the quota, then upload again."},
		{"stage_open", "The image's bytes were still being staged when the capture ended.", "Capture longer."},
		{"staged_not_imported", "The bytes were staged and nobody asked for the import.", "POST /v2/images/ID/import."},
		{"import_open", "The import was still running when the capture ended.", "Capture longer."},
		{"import_failed", "The task behind an import failed, as a whole or for one of several stores.", "Where a web server's answer is told, ask it from the host of Glance; else search glance-api.log for the task; GET /v2/images/ID/tasks."},
		{"import_refused", "Glance refused to begin an import.", "Look at the method and at what it asks of the image: GET /v2/info/import."},
		{"import_lock_left", "An import ended and left its lock, the property os_glance_import_task, on the image.", "A new import takes the lock over after an hour; sooner, delete that row of image_properties."},
		{"stuck_saving", "The image is left in saving, and nothing works on it any more.", "Was Glance restarted? Delete the image, or set it back to queued in the database."},
		{"stuck_uploading", "The image is left in uploading, and nothing stages it any more.", "As for stuck_saving."},
		{"stuck_importing", "The image is left in importing, and no work on it is to be seen.", "Look for its task: GET /v2/images/ID/tasks."},
		{"queued_never_uploaded", "The image was created and nobody sent its bytes.", "PUT /v2/images/ID/file, or delete it."},
		{"guard_conflict", "Two calls were at work on one image, and the second one found it changed.", "Look who sends the second one: two clients, or a client that repeats."},
		{"change_refused", "Glance refused to change, show or delete the image.", "Read its answer; search glance-api.log for the request id."},
		{"unauthorized", "A token was missing, not accepted, or revoked; or a login failed.", "Get a new token; look in Keystone's log who revoked it, or for the failed login."},
		{"token_expired_midway", "The token was good when the work began and ran out before its end.", "Get a new token before long work, or make tokens last longer: [token] expiration in keystone.conf."},
		{"checksum_mismatch", "The bytes on the wire, in the store or in the database do not have one digest.", "Download the image and compare; upload it again."},
		{"size_mismatch", "The database has another size than the bytes that went over the wire.", "Download the image and compare."},
		{"orphan_segments", "Swift holds segments that no object refers to: an upload broke off.", "Look whether they are still there, and delete them."},
		{"illegal_transition", "The status changed in a way that Glance does not allow.", "Who else writes to Glance's database? Look at the statement's client."},
		{"witnesses_disagree", "The API showed another status than the database held.", "Look for a cache, or a replica of the database that lags."},
		{"database_error", "The database refused a statement or did not answer it.", "Look at the error: locks, deadlocks, a lost connection."},
		{"galera_conflict", "A node of a Galera cluster refused a write because of another node's, or was out of the cluster.", "Send all writes to one node; SHOW STATUS LIKE 'wsrep%'."},
		{"rolled_back_write", "A write was rolled back and not repeated.", "Look at the error or the lost connection just before."},
		{"commit_missing", "The capture holds neither COMMIT nor ROLLBACK of a write.", "Packets are missing or the capture ends early: look at the row in the database."},
		{"slow_phase", "One party took most of the time of a phase.", "Look at that party: its load, its caches, its disk, the network to it."},
		{"slow_query", "A statement took unusually long.", "SHOW ENGINE INNODB STATUS; the slow query log."},
		{"clock_skew", "The clock of a host is wrong, or those of the capturing hosts differ.", "Look at its time service: chronyc tracking."},
		{"duplicate_frames", "Frames were recorded twice, as -i any and mirrored ports do; each was read once.", "Capture on one interface, if the size matters."},
		{"filter_gap", "The capture's filter left out hosts or ports, or was not read as it was meant.", "Write parentheses, and name all ports."},
	}
}
