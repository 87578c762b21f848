import Foundation

/// What is said at the start of a run: the versions, the machine, the device, the seed.
enum Banner {
    static func text(device: Device, seed: UInt64, processCount: Int = 1) -> String {
        let rule = String(repeating: "=", count: 64)
        let threads = LibTorch.threadCount
        let environment = EnvironmentDescription.current
        var lines = ["libtorch", "swift", "system", "processor", "commit"].compactMap { name in
            environment[name].map { (name: name, value: $0) }
        }
        lines.append((name: "device", value: "\(device), \(threads) thread\(threads == 1 ? "" : "s")"))
        if processCount > 1 { lines.append((name: "processes", value: "\(processCount)")) }
        lines.append((name: "seed", value: "\(seed)"))
        let list = lines.map { "  \($0.name.padding(toLength: 10, withPad: " ", startingAt: 0))\($0.value)" }
        return ([rule, "Helios \(HeliosVersion.current)"] + list + [rule]).joined(separator: "\n")
    }
}
