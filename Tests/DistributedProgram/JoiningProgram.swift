import Foundation
import Torch
import TorchDistributed

/// A program that joins its world as a user's does:
/// `DistributedProgram join <processes, or 0 for what a launcher says> <timeout in seconds> <folder> <what happens>`.
///
/// All ranks add numbers up ten times. What happens in the middle is `nothing`, or something on one rank, as in
/// `throw:1`. Each rank writes its process' number into the folder.
enum JoiningProgram {
    private struct Arguments {
        let processes: Int?
        let timeout: Duration
        let folder: URL
        let event: String
        /// On which rank it happens.
        let rank: Int?

        init?(_ texts: [String]) {
            guard texts.count == 4, let processes = Int(texts[0]), let seconds = Double(texts[1]) else { return nil }
            let parts = texts[3].split(separator: ":")
            self.processes = processes == 0 ? nil : processes
            timeout = .seconds(seconds)
            folder = URL(filePath: texts[2])
            event = parts.first.map(String.init) ?? ""
            rank = parts.count > 1 ? Int(parts[1]) : nil
        }
    }

    private struct TestError: Error, CustomStringConvertible {
        let description: String
    }

    static func main(_ texts: [String]) throws -> Int32 {
        guard let arguments = Arguments(texts) else { return 64 }
        try LibTorch.setThreadCount(1)
        do {
            let isCopy = ProcessInfo.processInfo.environment["HELIOS_LAUNCHER"] != nil
            if arguments.event == "exit-early", isCopy {
                print("no GPU")
                return 7
            }
            if arguments.event == "hang-early", isCopy { while true { sleep(1) } }
            guard let world = try World.join(processes: arguments.processes, timeout: arguments.timeout) else {
                print("alone")
                return 0
            }
            do {
                try work(in: world, arguments)
            } catch {
                let cause = world.cause(of: error)
                world.fail(with: cause)
                throw cause
            }
            if arguments.event == "return", world.rank == arguments.rank { return 0 }
            world.leave()
            if arguments.event == "linger", world.rank == arguments.rank { sleep(30) }
            return 0
        } catch {
            print("error: \(error)")
            return 1
        }
    }

    private static func work(in world: World, _ arguments: Arguments) throws {
        let file = arguments.folder.appending(path: String(world.rank))
        try Data(String(getpid()).utf8).write(to: file, options: .atomic)
        let number = try Tensor([1.0])
        for step in 0..<10 {
            if step == 5, world.rank == arguments.rank ?? world.rank { try happen(arguments, in: world) }
            try world.group.allReduce(number, .sum)
        }
        print("rank \(world.rank) of \(world.size): \(try number.item(Float.self)), \(world.launcher)")
        let parts = try World.gatherIntoTensor(Tensor([Int64(world.rank), Int64(world.localRank)]))
        World.globalPrint(try parts.array(Int.self), world.localSize)
    }

    /// Joins a second time, as it may and as it may not.
    private static func joinAgain(_ world: World) throws {
        print("the same: \(try World.join() === world && World.join(processes: world.size) === world)")
        do {
            try World.join(processes: world.size + 1)
        } catch {
            print("other: \(error)")
        }
    }

    /// Starts another program, which is no rank though it gets the variables of one.
    private static func startChild(_ arguments: Arguments) throws {
        let child = Process()
        child.executableURL = Bundle.main.executableURL
        child.arguments = ["join", "0", "5", arguments.folder.path, "nothing"]
        try child.run()
        child.waitUntilExit()
    }

    private static func happen(_ arguments: Arguments, in world: World) throws {
        switch arguments.event {
        case "nothing", "linger": break
        case "throw": throw TestError(description: "the disk is full")
        case "kill":
            print("last words")
            kill(getpid(), SIGKILL)
        case "abort": abort()
        case "stop": kill(getpid(), SIGSTOP)
        case "stop-one-delay-another":
            if world.rank == 1 { kill(getpid(), SIGSTOP) }
            if world.rank == 0 { sleep(2) }
        case "loop": while true { usleep(1) }
        case "return": break
        case "throw-once":
            if ProcessInfo.processInfo.environment["TORCHELASTIC_RESTART_COUNT"] == "0" {
                throw TestError(description: "the disk is full")
            }
        case "quit":
            print("last words")
            exit(3)
        case "again": try joinAgain(world)
        case "child": try startChild(arguments)
        case "talk":
            print("output of rank \(world.rank)")
            FileHandle.standardError.write(Data("first line\nsecond line\nno end".utf8))
        case "flood":
            // More than a pipe takes.
            let line = String(repeating: "x", count: 99) + "\n"
            FileHandle.standardError.write(Data(String(repeating: line, count: 10_000).utf8))
        case "wait": sleep(60)
        case "work-on":
            // Until something goes wrong, or for several minutes.
            let number = try Tensor([1.0])
            for _ in 0..<100_000 {
                usleep(2000)
                try world.group.allReduce(number, .max)
            }
        case "work":
            // Two seconds or more, in which a test does what it likes to the processes.
            let number = try Tensor([1.0])
            for _ in 0..<1000 {
                usleep(2000)
                try world.group.allReduce(number, .max)
            }
        default: throw TestError(description: "there is no event '\(arguments.event)'")
        }
    }
}
