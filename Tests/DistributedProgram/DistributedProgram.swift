import Foundation
import Torch
import TorchDistributed
import TorchNN
import TorchOptim

/// One rank of a job, for tests of several processes: `DistributedProgram <rank> <size> <port of the store> <what to
/// do>`, or `DistributedProgram join …`.
@main
enum DistributedProgram {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "join" { exit(try JoiningProgram.main(Array(arguments.dropFirst()))) }
        let numbers = arguments.prefix(3).compactMap { Int($0) }
        guard arguments.count == 4, numbers.count == 3, let task = arguments.last else { exit(64) }
        try LibTorch.setThreadCount(1)
        do {
            let store = try TCPStore(host: "127.0.0.1", port: numbers[2], isServer: false)
            let group = try ProcessGroup(
                store: store, rank: numbers[0], size: numbers[1], timeout: .seconds(5), connection: .host("127.0.0.1"))
            switch task {
            case "train": try train(group)
            case "vanish": try exchange(group) { if group.rank == 1 { _exit(3) } }
            case "hang": try exchange(group) { if group.rank == 1 { kill(getpid(), SIGSTOP) } }
            default: exit(64)
            }
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    /// Trains on the rank's own samples, and prints the weights in the end.
    private static func train(_ group: ProcessGroup) throws {
        try manualSeed(UInt64(group.rank))
        let network = Linear(3, 2)
        let parallel = try DistributedDataParallel(network, group: group)
        let optimizer = try SGD(parallel, learningRate: 0.1)
        let inputs = try Tensor([[1.0, 2, 3], [3, 1, 2]], dtype: .float32) + group.rank
        for _ in 0..<5 {
            try optimizer.zeroGrad()
            try parallel.backward(parallel(inputs).pow(2).mean())
            try optimizer.step()
        }
        print(try network.weight.array(Float.self).map(\.bitPattern))
    }

    /// Adds numbers up twice, with something in between.
    private static func exchange(_ group: ProcessGroup, _ between: () -> Void) throws {
        let tensor = try Tensor([1.0])
        try group.allReduce(tensor)
        between()
        try group.allReduce(tensor)
    }
}
