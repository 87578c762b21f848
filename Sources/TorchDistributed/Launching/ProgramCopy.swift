import Foundation

/// Starts this program again, with the same arguments and in the same folder.
///
/// Foundation's `Process` would put it into a process group of its own, which Ctrl-C in a terminal does not reach.
enum ProgramCopy {
    /// Where a copy finds the pipe whose end of file tells it that its parent has ended.
    static let lifeline: Int32 = 3
    /// Where a copy finds its parent's standard error, for the last words about a parent that hangs.
    static let parentErrors: Int32 = 4

    /// - Parameters:
    ///   - environment: the copy's variables.
    ///   - output: the pipe for its standard output.
    ///   - errors: the pipe for its standard error.
    ///   - lifeline: the end to read from of a pipe whose other end stays open as long as this process lives.
    /// - Returns: the number of the process.
    static func start(
        _ environment: [String: String], output: Descriptor, errors: Descriptor, lifeline: Descriptor
    ) throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            let flags = POSIX_SPAWN_SETSIGMASK
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }

        // The thread that starts the copy may block signals, and the copy would inherit that.
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, numericCast(flags))

        let ownErrors = try? Descriptor(copying: STDERR_FILENO)
        defer { withExtendedLifetime((output, errors, lifeline, ownErrors)) {} }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.number, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors.number, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, lifeline.number, ProgramCopy.lifeline)
        if let ownErrors {
            posix_spawn_file_actions_adddup2(&actions, ownErrors.number, parentErrors)
        } else {
            posix_spawn_file_actions_addopen(&actions, parentErrors, "/dev/null", O_WRONLY, 0)
        }
        for number in Descriptor.inherited() where number > parentErrors {
            posix_spawn_file_actions_addclose(&actions, number)
        }

        let path = Bundle.main.executablePath ?? CommandLine.arguments.first ?? ""
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { variables.forEach { free($0) } }
        var identifier: pid_t = 0
        // The arguments as they are in memory: they need not be UTF-8.
        let error = posix_spawn(&identifier, path, &actions, &attributes, CommandLine.unsafeArgv, &variables)
        guard error == 0 else {
            throw DistributedError(
                .other, "launch", "\(path) cannot be started again: \(String(cString: strerror(error)))")
        }
        return identifier
    }
}
