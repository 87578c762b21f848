import Foundation
import Helios
import TestSupport
import Testing

@testable import ImageFolderExample

struct ImageSplitTests {
    @Test("the same part of each class validates, chosen by the seed, and never all of it")
    func fractions() throws {
        try withTemporaryFolder { folder in
            for (name, count) in ["a": 10, "b": 5, "c": 1] {
                try Pictures.write(name, count: count, to: folder)
            }
            func split(seed: UInt64, fraction: Double? = nil) throws -> ImageSplit {
                try ImageSplit(folder, validationFraction: fraction, seed: seed)
            }
            let first = try split(seed: 1)
            #expect(first.classes == ["a", "b", "c"])
            #expect(first.validation.labels == [0, 0, 1])
            #expect(first.train.labels == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2])
            #expect(Set(first.train.files).isDisjoint(with: first.validation.files))
            #expect(try split(seed: 1).validation.files == first.validation.files)
            #expect(try (2..<6).contains { try split(seed: $0).validation.files != first.validation.files })
            #expect(try split(seed: 1, fraction: 0.99).train.labels == [0, 1, 2])
            #expect(throws: DataError.self) { try split(seed: 1, fraction: 0.01) }
        }
    }

    @Test("folders with other classes, and a fraction beside the folder val, are errors")
    func differentClasses() throws {
        try withTemporaryFolder { folder in
            for part in ["train", "val"] { try Pictures.write("a", count: 1, to: folder.appending(path: part)) }
            let given = #expect(throws: DataError.self) { try ImageSplit(folder, validationFraction: 0.5, seed: 0) }
            #expect(given?.description.contains("leave one out") == true)
            try Pictures.write("b", count: 1, to: folder.appending(path: "val"))
            let other = #expect(throws: DataError.self) { try ImageSplit(folder, validationFraction: nil, seed: 0) }
            #expect(other?.description.hasSuffix(": b") == true)
        }
    }
}
