#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    /// In a process of its own: in this one, other tests come and go.
    @Suite struct MemoryTests {
        @Test("resident memory does not grow over 10,000 training steps")
        func growth() throws {
            try withTemporaryFolder { folder in
                // 180 steps an epoch: 10,000 lie between epochs 14 and 70.
                let program = try Program.start([
                    "--epochs", "74", "--batch-size", "8", "--checkpoint-frequency", "1000", "--quiet", "--folder",
                    folder.path,
                ])
                let log = folder.appending(path: "logs/digits.log")
                var early: Int?
                var late: Int?
                while program.isRunning {
                    Thread.sleep(forTimeInterval: 0.02)
                    let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                    let resident = residentBytes(of: program.processIdentifier)
                    // The kernel takes pages and gives them back as it likes: the most of some epochs against the
                    // least of as many later ones.
                    if text.contains("epoch 70 starts") {
                        late = [late, resident].compactMap(\.self).min()
                    } else if text.contains("epoch 10 starts"), !text.contains("epoch 15 starts") {
                        early = [early, resident].compactMap(\.self).max()
                    }
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
