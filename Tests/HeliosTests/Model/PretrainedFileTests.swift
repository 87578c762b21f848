import Foundation
import Helios
import TestSupport
import Testing

@Suite struct PretrainedFileTests {
    @Test("the file of a trained network is found by its folder's name and its own")
    func found() throws {
        try withTemporaryFolder { root in
            let folder = root.appending(path: "cifar")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let names = [
                "cifar_resnet-50_epoch_3.pth", "cifar_resnet-18_a.pth", "cifar_resnet-18_b.pth", "cifar_vgg_.pt",
            ]
            for name in names { try Data().write(to: folder.appending(path: name)) }
            #expect(try findPretrainedFile(in: folder, named: "resnet-50").lastPathComponent == names[0])
            for (name, words) in [
                ("vgg", "'cifar_vgg_' in its name"), ("resnet", "'cifar_resnet_' in its name"),
                ("resnet-18", "several trained networks 'resnet-18': cifar_resnet-18_a.pth, cifar_resnet-18_b.pth"),
            ] {
                let error = #expect(throws: ConfigurationError.self) { try findPretrainedFile(in: folder, named: name) }
                #expect(error?.description.contains(words) == true)
            }
            #expect(throws: ConfigurationError.self) {
                try findPretrainedFile(in: root.appending(path: "nothing"), named: "vgg")
            }
        }
    }
}
