import Foundation

/// What is said at the start of a run: the versions, the machine, the device, the seed.
enum Banner {
    static func text(device: Device, seed: UInt64) -> String {
        let rule = String(repeating: "=", count: 64)
        let threads = LibTorch.threadCount
        return """
            \(rule)
            Helios \(HeliosVersion.current)
              libtorch  \(LibTorch.version)
              system    \(ProcessInfo.processInfo.operatingSystemVersionString)
              device    \(device), \(threads) thread\(threads == 1 ? "" : "s")
              seed      \(seed)
            \(rule)
            """
    }
}
