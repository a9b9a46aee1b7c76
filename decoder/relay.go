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

// relay is the last stage: it takes secrets out of records as they come, numbers
// them and gives them to the caller, while the stage before it assembles on.
type relay struct {
	parcel []record.Record
	weight int
	parcels,
	empty chan []record.Record
	done chan struct{}

	sink        func(record.Record)
	showSecrets bool
	secrets     *secret.Redactor
	numbers     [len(letters)]int
	id          []byte
}

func newRelay(sink func(record.Record), showSecrets bool) *relay {
	r := &relay{
		parcels: make(chan []record.Record, 1), empty: make(chan []record.Record, 2), done: make(chan struct{}),
		sink: sink, showSecrets: showSecrets, secrets: secret.NewRedactor(),
	}
	r.parcel = make([]record.Record, 0, parcelRecords)
	r.empty <- make([]record.Record, 0, parcelRecords)
	r.empty <- make([]record.Record, 0, parcelRecords)
	go r.work()
	return r
}

// add takes a record from the assembling stage.
func (r *relay) add(rec record.Record) {
	if !r.showSecrets {
		r.secrets.Record(rec) // here, since the stage behind is the slower one where statements are many
	}
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

// work gives the caller record after record.
func (r *relay) work() {
	defer close(r.done)
	for parcel := range r.parcels {
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
