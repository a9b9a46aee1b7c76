package diagnose

import "glancecap/timeline/story"

// places finds the captures of frames, in a run over several: a frame of a
// diagnosis is one of a call, a statement or a change that the story tells.
type places map[int]int

// manyFiles stands for a frame number that things in several captures have.
const manyFiles = -1

// placesOf lists the frames of a story, nil in a run over a single capture.
func placesOf(s *story.Story) places {
	if len(s.Captures) < 2 {
		return nil
	}
	p := make(places)
	for _, c := range s.Calls {
		p.add(c.FirstFrame, c.File, nil)
		p.add(c.LastFrame, c.LastFile, c.File)
		p.add(c.RequestFrame, c.RequestFile, c.File)
	}
	for _, st := range s.Statements {
		p.add(st.FirstFrame, st.File, nil)
		p.add(st.LastFrame, st.LastFile, st.File)
	}
	for _, i := range s.Images {
		for _, t := range i.Transitions {
			p.add(t.Frame, t.File, nil)
		}
		for _, x := range i.Phases {
			for n := range x.HeldFiles {
				p.add(x.HeldFrames[n], &x.HeldFiles[n], nil)
			}
		}
	}
	for _, r := range s.Refused {
		p.add(r.FirstFrame, r.File, nil)
	}
	for _, f := range s.Fetched {
		p.add(f.FirstFrame, f.File, nil)
		p.add(f.LastFrame, f.LastFile, f.File)
	}
	return p
}

// add notes a frame of a capture: file, or other where that is nil.
func (p places) add(frame int, file, other *int) {
	if file == nil {
		file = other
	}
	if file == nil || frame == 0 {
		return
	}
	if known, there := p[frame]; there && known != *file {
		p[frame] = manyFiles
		return
	}
	p[frame] = *file
}

// files gives the captures of frames, nil where all are of the only one.
func (p places) files(d *story.Diagnosis) []int {
	if p == nil || len(d.Frames) == 0 {
		return nil
	}
	files := make([]int, len(d.Frames))
	for n, frame := range d.Frames {
		file, there := p[frame]
		switch c := d.Cause; {
		case c != nil && c.Frame == frame && c.File != nil:
			files[n] = *c.File
		case there:
			files[n] = file
		default:
			files[n] = manyFiles
		}
	}
	return files
}
