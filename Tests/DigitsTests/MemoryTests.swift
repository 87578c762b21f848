#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    /// In a process of its own: in this one, other tests come and go.
    @Suite struct MemoryTests {
        @Test("resident memory does not grow over 10,000 training steps")
        func growth() throws {
            try withTemporaryFolder { folder in
                // 180 steps an epoch: 10,000 lie between epochs 10 and 66.
                let program = try Program.start([
                    "--epochs", "70", "--batch-size", "8", "--checkpoint-frequency", "1000", "--quiet", "--folder",
                    folder.path,
                ])
                let log = folder.appending(path: "digits.log")
                var early: Int?
                var late: Int?
                while program.isRunning {
                    Thread.sleep(forTimeInterval: 0.02)
                    let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                    let resident = residentBytes(of: program.processIdentifier)
                    if early == nil, text.contains("epoch 10 starts") { early = resident }
                    if text.contains("epoch 66 starts") { late = resident ?? late }
                }
                #expect(try program.wait().status == 0)
                let growth = try #require(late) - #require(early)
                #expect(growth < 8 << 20, "\(growth) bytes in 10,000 steps")
            }
        }

        private func residentBytes(of process: Int32) -> Int? {
            let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            return status?.firstMatch(of: /VmRSS:\s+(\d+) kB/).flatMap { Int($0.1) }.map { $0 << 10 }
        }
    }
#endif
