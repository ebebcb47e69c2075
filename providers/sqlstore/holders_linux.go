package sqlstore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/keyform/keyform/providers/fsys"
)

// holders gives the processes that have a write lock on one of the files, as
// /proc/locks tells: asking with fcntl would need the file open, and closing it would
// drop our own locks. Processes of other PID namespaces are not in it.
func holders(f fsys.FS, paths ...string) []int {
	list, err := f.ReadFile("/proc/locks")
	if err != nil {
		return nil
	}
	var pids []int
	for _, path := range paths {
		info, err := f.Lstat(path)
		if err != nil {
			continue
		}
		device, inode, ok := fsys.Inode(info)
		if !ok {
			continue
		}
		file := fmt.Sprintf("%02x:%02x:%d", unix.Major(device), unix.Minor(device), inode)
		for line := range strings.Lines(string(list)) {
			// 1: POSIX  ADVISORY  WRITE 4711 fd:01:1234 120 120
			field := strings.Fields(line)
			if len(field) < 8 || field[3] != "WRITE" || field[5] != file {
				continue
			}
			if pid, err := strconv.Atoi(field[4]); err == nil && pid > 0 && !slices.Contains(pids, pid) {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
