import Foundation
import Synchronization
import Testing
import Torch

/// The Python 3 of this machine, with the PyTorch wheel that scripts/bootstrap installs.
public enum Python {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL

    /// Where scripts/test installs packages.
    private static let packageFolder =
        ProcessInfo.processInfo.environment["HELIOS_PYTHON"] ?? root.appending(path: ".libtorch/python").path

    /// The variables of a Python that finds the packages wandb, mlflow and optuna before older ones of the machine, and in
    /// which they tell their makers nothing.
    public static let trackingEnvironment = [
        "PYTHONPATH": packageFolder, "WANDB_ERROR_REPORTING": "false", "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONPYCACHEPREFIX": root.appending(path: ".build/python-cache").path,
    ]

    /// The variables of a Python that finds the wheel.
    public static var torchEnvironment: [String: String] {
        [
            "PYTHONPATH": wheel?.path ?? "",
            "PYTHONPYCACHEPREFIX": root.appending(path: ".build/python-cache").path,
        ]
    }

    /// The folder of a stand-in for the package wandb.
    public static let wandbStandIn = script("wandb-stand-in")

    private static let wheel: URL? = {
        let folder = root.appending(path: ".libtorch")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasPrefix("wheel-") }.max().map { folder.appending(path: $0) }
    }()

    /// Whether the wheel is for this Python, and which other packages are there: importing them would take seconds.
    private static let packages: Set<String> = {
        guard let wheel else { return [] }
        let program = """
            import importlib.util, os, pathlib, sys, sysconfig
            sys.path += filter(None, [os.environ.get("HELIOS_SAFETENSORS"), os.environ.get("HELIOS_TENSORBOARD")])
            sys.path.append("\(packageFolder)")
            if pathlib.Path("\(wheel.path)/torch/_C" + sysconfig.get_config_var("EXT_SUFFIX")).exists(): print("torch")
            names = ["safetensors", "tensorboard", "wandb", "mlflow", "sqlalchemy", "optuna"]
            for name in names + ["numpy", "tokenizers", "onnx", "onnxruntime"]:
                if importlib.util.find_spec(name): print(name)
            sys.path += filter(None, [os.environ.get("HELIOS_TORCHVISION")])
            for name in ["torchvision", "PIL"]:
                if importlib.util.find_spec(name): print(name)
            """
        let output = Pipe()
        let process = makeProcess(["-c", program])
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        guard (try? process.run()) != nil else { return [] }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Set(text.split(separator: "\n").map(String.init))
    }()

    public static let hasTorch = packages.contains("torch")
    public static let hasSafetensors = packages.isSuperset(of: ["torch", "safetensors"])
    public static let hasWandb = packages.contains("wandb")
    public static let hasMLflow = packages.contains("mlflow")
    public static let hasDatabases = packages.isSuperset(of: ["mlflow", "sqlalchemy"])
    public static let hasOptuna = packages.isSuperset(of: ["optuna", "sqlalchemy"])
    public static let hasNumPy = packages.contains("numpy")
    public static let hasTokenizers = packages.contains("tokenizers")
    public static let hasONNX = packages.isSuperset(of: ["numpy", "onnx", "onnxruntime"])
    public static let hasTorchvision = packages.isSuperset(of: ["torch", "torchvision", "PIL"])
    public static let hasTensorBoard = packages.isSuperset(of: ["torch", "tensorboard"])

    /// The lines that a script of Tests/Fixtures prints.
    ///
    /// All scripts run one after another in one Python, whose operations use one thread; a test that waits for its turn
    /// keeps no thread from other tests.
    ///
    /// - Parameter answer: what is done when the script has printed its first line and waits for one; that line is not
    ///   among the result. It runs on a thread whose operations use no other, as the script's do: several threads add
    ///   up in another order.
    public static func run(
        _ script: String, _ arguments: [String], answer: (@Sendable () throws -> Void)? = nil
    ) async throws -> [String] {
        try await Interpreter.shared.run(script, arguments, answer: answer)
    }

    /// What a script of Tests/Fixtures prints in a Python of its own, with `trackingEnvironment`: other packages than
    /// those beside PyTorch.
    public static func runAlone(_ script: String, _ arguments: [String]) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        let process = makeProcess([Python.script(script)] + arguments)
                        process.environment?.merge(trackingEnvironment) { $1 }
                        let (output, errors) = (Pipe(), Pipe())
                        (process.standardOutput, process.standardError) = (output, errors)
                        try process.run()
                        let data = output.fileHandleForReading.readDataToEndOfFile()
                        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
                        process.waitUntilExit()
                        guard process.terminationStatus == 0 else {
                            throw PythonError(
                                description: "\(script): \(String(decoding: complaint, as: UTF8.self))")
                        }
                        return data
                    })
            }
        }
    }

    static func makeProcess(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-W", "ignore"] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["PYTHONPATH"] = wheel?.path ?? ""
        environment["PYTHONIOENCODING"] = "utf-8"
        // PyTorch's wheel comes uncompiled, and compiling it takes longer than all of the rest. Nothing is written into
        // it.
        environment["PYTHONDONTWRITEBYTECODE"] = nil
        environment["PYTHONPYCACHEPREFIX"] = root.appending(path: ".build/python-cache").path
        process.environment = environment
        return process
    }

    static func script(_ name: String) -> String { root.appending(path: "Tests/Fixtures/\(name)").path }
}

extension Trait where Self == ConditionTrait {
    /// For tests that compare with the Python torch beside libtorch. Skips them if there is none.
    public static var needsPyTorch: ConditionTrait {
        .enabled(if: Python.hasTorch, "there is no Python 3 with a PyTorch wheel in .libtorch")
    }

    /// For tests that compare with torchvision beside libtorch. Skips them if it is not there.
    public static var needsTorchvision: ConditionTrait {
        .enabled(
            if: Python.hasTorchvision,
            "there are no torchvision and Pillow in .libtorch/python or in HELIOS_TORCHVISION")
    }

    /// For tests that read files with Python's `tensorboard`, or images with Pillow, which comes with it. Skips them if
    /// it is not there.
    public static var needsTensorBoard: ConditionTrait {
        .enabled(
            if: Python.hasTensorBoard,
            "there is no tensorboard in .libtorch/python (scripts/test installs it) or in HELIOS_TENSORBOARD")
    }
}

extension Trait where Self == ConditionTrait {
    /// For tests that log to Weights & Biases. Skips them if its package is not there.
    public static var needsWandb: ConditionTrait { .needs(Python.hasWandb, "wandb") }

    /// For tests that log to MLflow. Skips them if its package is not there.
    public static var needsMLflow: ConditionTrait { .needs(Python.hasMLflow, "mlflow") }

    /// For tests in which MLflow logs to a database. Skips them if the packages are not there.
    public static var needsDatabases: ConditionTrait { .needs(Python.hasDatabases, "mlflow with sqlalchemy") }

    /// For tests that search with Optuna. Skips them if its package is not there.
    public static var needsOptuna: ConditionTrait { .needs(Python.hasOptuna, "optuna") }

    /// For tests that run exported networks with onnxruntime. Skips them if the packages are not there.
    public static var needsONNX: ConditionTrait { .needs(Python.hasONNX, "onnx and onnxruntime") }

    private static func needs(_ isThere: Bool, _ package: String) -> ConditionTrait {
        .enabled(
            if: isThere, "there is no \(package) in .libtorch/python (scripts/test installs it) or in HELIOS_PYTHON")
    }
}

/// A Python that runs `run_scripts.py`: starting one takes seconds, so all tests share it.
private final class Interpreter: Sendable {
    static let shared = Interpreter()

    private struct Connection {
        let process: Process
        let input: FileHandle
        let output: FileHandle
        let errors: URL
        var unread = Data()
    }

    private let queue = DispatchQueue(label: "Python")
    private let connection = Mutex<Connection?>(nil)

    func run(
        _ script: String, _ arguments: [String], answer: (@Sendable () throws -> Void)?
    ) async throws -> [String] {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(
                    with: Result {
                        try self.connection.withLock { try self.exchange([script] + arguments, answer, &$0) }
                    })
            }
        }
    }

    private func exchange(
        _ request: [String], _ answer: (@Sendable () throws -> Void)?, _ connection: inout Connection?
    ) throws -> [String] {
        if connection?.process.isRunning != true { connection = try connect() }
        var isWhole = false
        // After an error in the middle of a script, the next one starts with a new Python.
        defer {
            if !isWhole {
                connection?.process.terminate()
                connection = nil
            }
        }
        try connection.map { try send(JSONEncoder().encode(request) + Data("\n".utf8), to: $0.input) }
        var lines: [String] = []
        var waits = answer != nil
        while let line = readLine(&connection) {
            if let end = line.first, end == "\u{4}" {
                isWhole = true
                let complaint = try JSONDecoder().decode(String?.self, from: Data(line.dropFirst().utf8))
                if let complaint { throw PythonError(description: "\(request[0]): \(complaint)") }
                return lines
            }
            if waits, let answer {
                waits = false
                LibTorch.useOneThreadOnThisThread()
                try answer()
                try connection.map { try send(Data("\n".utf8), to: $0.input) }
            } else {
                lines.append(line)
            }
        }
        let complaint = connection.flatMap { try? String(contentsOf: $0.errors, encoding: .utf8) } ?? ""
        throw PythonError(description: "\(request[0]) ended Python: \(complaint)")
    }

    /// Writes to a Python that may have ended: that is an error, and no signal that ends the tests.
    private func send(_ bytes: Data, to input: FileHandle) throws {
        var broken = sigset_t()
        sigemptyset(&broken)
        sigaddset(&broken, SIGPIPE)
        var previous = sigset_t()
        pthread_sigmask(SIG_BLOCK, &broken, &previous)
        defer {
            var pending = sigset_t()
            if sigpending(&pending) == 0, sigismember(&pending, SIGPIPE) == 1 {
                var number: Int32 = 0
                sigwait(&broken, &number)
            }
            pthread_sigmask(SIG_SETMASK, &previous, nil)
        }
        try input.write(contentsOf: bytes)
    }

    private func connect() throws -> Connection {
        let errors = FileManager.default.temporaryDirectory.appending(path: "helios-python-\(UUID().uuidString)")
        try Data().write(to: errors)
        let process = Python.makeProcess([Python.script("run_scripts.py")])
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        return Connection(
            process: process, input: input.fileHandleForWriting, output: output.fileHandleForReading, errors: errors)
    }

    /// The next line; nil if Python has ended.
    private func readLine(_ connection: inout Connection?) -> String? {
        // A line may have megabytes, which come in parts: each part is searched once.
        var line = Data()
        while let part = connection?.unread {
            if let end = part.withUnsafeBytes({ $0.firstIndex(of: UInt8(ascii: "\n")) }) {
                line += part.prefix(end)
                connection?.unread = part.dropFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            line += part
            guard let next = connection?.output.availableData, !next.isEmpty else { break }
            connection?.unread = next
        }
        return nil
    }
}

struct PythonError: Error, CustomStringConvertible {
    let description: String
}
