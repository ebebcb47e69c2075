package fsys

// faultyFile counts and breaks the calls on a file that a Faulty opened.
type faultyFile struct {
	fs    *Faulty
	name  string
	under File
}

func (f *faultyFile) Write(p []byte) (int, error) {
	written := 0
	err := f.fs.step("Write", f.name, func() { written, _ = f.under.Write(p[:len(p)/2]) })
	if err != nil {
		return written, err
	}
	return f.under.Write(p)
}

func (f *faultyFile) Sync() error {
	if err := f.fs.step("Sync", f.name, nil); err != nil {
		return err
	}
	return f.under.Sync()
}

// Close closes the file even where it reports a failure, as close(2) does.
func (f *faultyFile) Close() error {
	if err := f.fs.step("Close", f.name, nil); err != nil {
		_ = f.under.Close()
		return err
	}
	return f.under.Close()
}
