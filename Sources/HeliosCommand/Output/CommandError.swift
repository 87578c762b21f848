import Foundation

/// Something that a command cannot do, in one sentence that names the file.
struct CommandError: Error, CustomStringConvertible, Equatable {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// How a command ends. The meanings are those of `diff` and `cmp`.
enum Status {
    /// What was asked for is so.
    static let yes: Int32 = 0
    /// It is not: the files differ, a file is broken.
    static let no: Int32 = 1
    /// It could not be found out: a file is missing, the arguments are wrong, the output cannot be written.
    static let trouble: Int32 = 2
    /// Nobody reads the output: what a shell says of a program that SIGPIPE ended.
    static let closedPipe: Int32 = 128 + SIGPIPE
}
