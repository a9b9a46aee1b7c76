package redact

import (
	"encoding/binary"
	"hash/crc32"

	"glancecap/decoder/capture"
)

// reseal mends the frame check sequence of a packet that was changed, where one
// was captured and right (IEEE 802.3 §3.2.9).
func (w *rewriter) reseal(own, was *capture.Packet) {
	const sequence = 4
	end := w.out.DataAt(was) + len(was.Data)
	if from, _ := w.out.OptionsAt(was); from < end+sequence ||
		binary.LittleEndian.Uint32(was.Record[end:]) != crc32.ChecksumIEEE(was.Data) {
		return
	}
	binary.LittleEndian.PutUint32(own.Record[end:], crc32.ChecksumIEEE(own.Data))
}
