import Testing

@testable import Helios

@Suite struct CheckpointNameTests {
    @Test("a name gives its epoch and iteration, with and without metadata")
    func parsing() {
        let plain = CheckpointName(fileName: "net_epoch_3_iter_45.pth", saveName: "net")
        #expect(plain?.epoch == 3 && plain?.iteration == 45)
        let metadata = CheckpointName(fileName: "net_epoch_12_iter_7_loss_0.5_epoch_9.pth", saveName: "net")
        #expect(metadata?.epoch == 12 && metadata?.iteration == 7)
        let odd = CheckpointName(fileName: "my_epoch_1_iter_2_epoch_3_iter_4.pth", saveName: "my_epoch_1_iter_2")
        #expect(odd?.epoch == 3 && odd?.iteration == 4)
    }

    @Test(
        "what is none of the model's checkpoints has no such name",
        arguments: [
            "net.pth", "net_epoch_3.pth", "net_epoch__iter_4.pth", "net_epoch_-3_iter_4.pth", "net_epoch_3_iter_4.pt",
            "other_epoch_3_iter_4.pth", ".net_epoch_3_iter_4.pth", "net_epoch_99999999999999999999_iter_1.pth",
            "net_epoch_٣_iter_4.pth", "",
        ])
    func otherNames(_ name: String) {
        #expect(CheckpointName(fileName: name, saveName: "net") == nil)
    }

    @Test("a name is cut to what a file can have, between two characters")
    func shortening() {
        let long = "nets_epoch_1_iter_2_" + String(repeating: "é", count: 200)
        let name = CheckpointName.shortened(long)
        #expect("\(name).pth".utf8.count == 254 && long.hasPrefix(name))
        #expect(CheckpointName.shortened("net_epoch_1_iter_2_loss_0.5") == "net_epoch_1_iter_2_loss_0.5")
        #expect(CheckpointName.longestByteCount(saveName: String(repeating: "x", count: 200)) == 255)
    }

    @Test("the greatest epoch is the newest, then the greatest iteration, however they are listed")
    func order() {
        let names = ["net_epoch_2_iter_90", "net_epoch_10_iter_100", "net_epoch_9_iter_405", "net_epoch_10_iter_99"]
        for shift in names.indices {
            let listed = names[shift...] + names[..<shift]
            let newest = listed.compactMap { CheckpointName(fileName: "\($0).pth", saveName: "net") }.max()
            #expect(newest?.fileName == "net_epoch_10_iter_100.pth")
        }
    }
}
