import Foundation

/// The memory of this process.
enum ProcessMemory {
    /// The bytes that are in the machine's memory; `nil` if the system does not say.
    static var resident: Int? {
        #if os(Linux)
            // The second number counts the resident pages.
            guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
                let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            else { return nil }
            return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        #else
            var usage = rusage_info_current()
            let result = withUnsafeMutablePointer(to: &usage) {
                $0.withMemoryRebound(to: rusage_info_t?.self, capacity: 1) {
                    proc_pid_rusage(getpid(), RUSAGE_INFO_CURRENT, $0)
                }
            }
            return result == 0 ? Int(usage.ri_resident_size) : nil
        #endif
    }
}
