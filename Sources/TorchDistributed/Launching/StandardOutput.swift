@preconcurrency import Foundation

/// Writes what is printed line by line, as to a terminal. To a pipe it is written in large blocks otherwise, and the
/// last lines of a process that is killed would be lost.
func writeStandardOutputByLines() {
    setvbuf(stdout, nil, _IOLBF, 0)
}
