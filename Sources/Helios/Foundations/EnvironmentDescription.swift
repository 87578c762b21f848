import Foundation

/// The software versions and the machine of a run, which you need in order to reproduce it.
///
/// The banner, every checkpoint (under `environment`), and reports contain it.
public struct EnvironmentDescription: Sendable, Hashable {
    /// What there is to know, in the order in which it is shown: `helios`, `libtorch`, `swift`, `system`, `processor`,
    /// `memory`, `threads`, `denormals` (if they are flushed), `cuda`, `commit`.
    public let entries: [(name: String, value: String)]

    /// The current environment of this process. The parts that do not change are determined only once.
    public static var current: EnvironmentDescription {
        var entries = fixedEntries
        entries.append((name: "threads", value: "\(LibTorch.threadCount)"))
        if LibTorch.flushesDenormals { entries.append((name: "denormals", value: "zero")) }
        entries.append((name: "cuda", value: cuda))
        if let commit = GitCommit.current { entries.append((name: "commit", value: commit.description)) }
        return EnvironmentDescription(entries: entries)
    }

    init(entries: [(name: String, value: String)]) {
        self.entries = entries
    }

    /// The value for a name, as in `environment["libtorch"]`.
    public subscript(_ name: String) -> String? {
        entries.first { $0.name == name }?.value
    }

    public static func == (left: EnvironmentDescription, right: EnvironmentDescription) -> Bool {
        left.entries.elementsEqual(right.entries) { $0 == $1 }
    }

    public func hash(into hasher: inout Hasher) {
        for entry in entries {
            hasher.combine(entry.name)
            hasher.combine(entry.value)
        }
    }

    /// Returns the environment as a state, which is a table of strings.
    public func stateDict() -> StateDict {
        var state = StateDict()
        for entry in entries { state[.string(entry.name)] = .string(entry.value) }
        return state
    }

    /// Creates an environment from the result of `stateDict`.
    ///
    /// - Throws: `StateDictError` if a value is not a string.
    public init(_ state: StateDict) throws {
        entries = try state.names.map { (name: $0, value: try state.string(.string($0))) }
    }

    private static let fixedEntries: [(name: String, value: String)] = [
        (name: "helios", value: HeliosVersion.current), (name: "libtorch", value: LibTorch.version),
        (name: "swift", value: swiftVersion), (name: "system", value: system), (name: "processor", value: processor),
        (
            name: "memory",
            value: String(format: "%.1f GiB", Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30))
        ),
    ]

    /// The compiler's version: the language has no text of it, only questions.
    private static var swiftVersion: String {
        #if compiler(>=6.5)
            "6.5 or later"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static var system: String {
        var names = utsname()
        guard uname(&names) == 0 else { return ProcessInfo.processInfo.operatingSystemVersionString }
        func text<Tuple>(_ bytes: Tuple) -> String {
            withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return
            "\(ProcessInfo.processInfo.operatingSystemVersionString), \(text(names.sysname)) \(text(names.release)), "
            + text(names.machine)
    }

    private static var processor: String {
        let count = ProcessInfo.processInfo.processorCount
        return "\(processorName ?? "unknown"), \(count) core\(count == 1 ? "" : "s")"
    }

    private static var processorName: String? {
        #if canImport(Darwin)
            var size = 0
            guard sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 0 else { return nil }
            var bytes = [UInt8](repeating: 0, count: size)
            guard sysctlbyname("machdep.cpu.brand_string", &bytes, &size, nil, 0) == 0 else { return nil }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        #else
            // The file has no length: the system writes it while it is read.
            guard let bytes = try? RegularFile.start(of: "/proc/cpuinfo", count: 4096) else { return nil }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            let line = lines.first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
            return line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
        #endif
    }

    private static var cuda: String {
        let count = CUDA.deviceCount
        return count == 0 ? "none" : "\(count) device\(count == 1 ? "" : "s")"
    }
}

/// The state of the source code that the process was started in, if it is in a git repository.
struct GitCommit: CustomStringConvertible, Sendable {
    let hash: String
    /// Whether files that git knows had been changed.
    let isDirty: Bool

    var description: String { isDirty ? "\(hash), with changes" : hash }

    /// The commit of the working folder, looked up once; `nil` if the folder is not in a repository, or if git is not
    /// installed or does not answer.
    static let current: GitCommit? = GitCommit(in: FileManager.default.currentDirectoryPath)

    init?(in folder: String) {
        guard GitCommit.isInRepository(folder) else { return nil }
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        // A repository may name a program for git to run; nothing here is worth running one.
        git.arguments = [
            "git", "-c", "core.fsmonitor=false", "-C", folder, "status", "--porcelain=v2", "--branch",
            "--untracked-files=no", "--ignore-submodules",
        ]
        let output = Pipe()
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        git.standardInput = FileHandle.nullDevice
        guard (try? git.run()) != nil else { return nil }
        // A large repository on a slow disk must not keep a training waiting.
        let watchdog = DispatchWorkItem { git.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 3, execute: watchdog)
        let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(
            separator: "\n")
        git.waitUntilExit()
        watchdog.cancel()
        guard git.terminationStatus == 0, let line = lines.first(where: { $0.hasPrefix("# branch.oid ") }) else {
            return nil
        }
        hash = String(line.dropFirst("# branch.oid ".count))
        isDirty = lines.contains { !$0.hasPrefix("#") }
    }

    private static func isInRepository(_ folder: String) -> Bool {
        var folder = URL(filePath: folder).standardizedFileURL
        while true {
            if FileManager.default.fileExists(atPath: folder.appending(path: ".git").path) { return true }
            let parent = folder.deletingLastPathComponent()
            guard parent.path != folder.path else { return false }
            folder = parent
        }
    }
}
