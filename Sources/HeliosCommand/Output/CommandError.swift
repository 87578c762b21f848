import Foundation

/// The error of a command, in one sentence that names the file.
struct CommandError: Error, CustomStringConvertible, Equatable {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The exit status of a command, with the meanings of `diff` and `cmp`.
enum Status {
    /// The answer is yes.
    static let yes: Int32 = 0
    /// The answer is no: the files differ, or a file is broken.
    static let no: Int32 = 1
    /// There is no answer: a file is missing, the arguments are wrong, or the output cannot be written.
    static let trouble: Int32 = 2
    /// No one reads the output. A shell reports the same for a program that SIGPIPE ended.
    static let closedPipe: Int32 = 128 + SIGPIPE
}
