package decoder

import (
	"strconv"

	"glancecap/decoder/record"
	"glancecap/decoder/secret"
)

// A parcel is what the assembling stage hands to the relay at once. Its size
// trades the cost of the hand-over against the memory of records in flight.
const (
	parcelRecords = 256
	parcelBytes   = 256 << 10 // of texts
)

// relay is the last two stages, while the one before them assembles on: one does
// what is to be done ahead and takes secrets out of records, the other numbers them
// and gives them to the caller. Ahead comes first because what it finds out of a
// text tells the redactor that most hold no secret.
type relay struct {
	parcel []record.Record
	weight int
	// Parcels go round: to be made ready, ready, and back empty.
	parcels, ready, empty chan []record.Record
	done                  chan struct{}

	sink, ahead func(record.Record)
	showSecrets bool
	secrets     *secret.Redactor
	numbers     [len(letters)]int
	id          []byte
}

func newRelay(sink, ahead func(record.Record), showSecrets bool) *relay {
	const round = 4 // one for each stage, and one that waits
	r := &relay{
		parcels: make(chan []record.Record, 1), ready: make(chan []record.Record, 1), empty: make(chan []record.Record, round),
		done: make(chan struct{}), sink: sink, ahead: ahead, showSecrets: showSecrets, secrets: secret.NewRedactor(),
	}
	for range round {
		r.empty <- make([]record.Record, 0, parcelRecords)
	}
	r.parcel = <-r.empty
	go r.prepare()
	go r.work()
	return r
}

// add takes a record from the assembling stage.
func (r *relay) add(rec record.Record) {
	r.parcel = append(r.parcel, rec)
	r.weight += record.Weight(rec)
	if len(r.parcel) == parcelRecords || r.weight >= parcelBytes {
		r.flush()
	}
}

// flush sends on what was added.
func (r *relay) flush() {
	if len(r.parcel) > 0 {
		r.parcels <- r.parcel
		r.parcel, r.weight = emptied(<-r.empty), 0
	}
}

// emptied makes room for other records in a parcel that came back, with those
// of which the memory was only lent.
func emptied(parcel []record.Record) []record.Record {
	for i, rec := range parcel {
		if m, ok := rec.(*record.MySQL); ok && m.Back != nil {
			m.Back()
		}
		parcel[i] = nil
	}
	return parcel[:0]
}

// close sends on what is left and waits until the caller has it all.
func (r *relay) close() {
	r.flush()
	close(r.parcels)
	<-r.done
}

// prepare makes parcels ready for the caller.
func (r *relay) prepare() {
	defer close(r.ready)
	for parcel := range r.parcels {
		for _, rec := range parcel {
			if r.ahead != nil {
				r.ahead(rec)
			}
			if !r.showSecrets && r.secrets.Record(rec) && r.ahead != nil {
				r.ahead(rec) // it is another record now
			}
		}
		r.ready <- parcel
	}
}

// work gives the caller record after record.
func (r *relay) work() {
	defer close(r.done)
	for parcel := range r.ready {
		for _, rec := range parcel {
			r.number(rec.Header())
			record.Place(rec)
			r.sink(rec)
		}
		r.empty <- parcel
	}
}

// letters begin the ids of records.
var letters = [...]struct {
	kind   string
	letter byte
}{
	{record.TypeMySQL, 'q'}, {record.TypeHTTP, 'h'}, {record.TypeLogin, 'l'}, {record.TypeTLS, 't'}, {record.TypeStream, 'b'},
}

// number gives a record its id.
func (r *relay) number(h *record.Common) {
	for i := range letters {
		if letters[i].kind == h.Type {
			r.numbers[i]++
			r.id = strconv.AppendInt(append(r.id[:0], letters[i].letter), int64(r.numbers[i]), 10)
			h.ID = string(r.id)
			return
		}
	}
}
