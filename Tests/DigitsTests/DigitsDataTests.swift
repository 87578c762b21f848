import Foundation
import Helios
import TestSupport
import Testing

@testable import Digits

@Suite struct DigitsDataTests {
    @Test("there are 1,797 digits, as many of each class as the data set's authors say")
    func contents() throws {
        let (images, labels) = try DigitsData.load()
        #expect(images.shape == [1797, 1, 8, 8])
        #expect(images.dtype == .float32)
        #expect(try images.min().item(Double.self) == 0)
        #expect(try images.max().item(Double.self) == 1)
        // The test part's counts in the data set's own description.
        #expect(try labels.bincount().array(Int.self) == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    }

    @Test(
        "a file that is not the digits is an error that names it",
        arguments: [
            NamedText("nothing", ""), NamedText("three numbers", "1,2,3\n"),
            NamedText("a class that is not there", String(repeating: "0,", count: 64) + "10\n"),
            NamedText("a pixel that is too bright", String(repeating: "17,", count: 64) + "1\n"),
        ]
    )
    func otherFile(_ file: NamedText) throws {
        let text = file.text
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "digits.csv")
            try Data(text.utf8).write(to: file)
            let error = #expect(throws: DataError.self) { try DigitsData.load(file) }
            #expect(error?.description.contains(file.path) == true)
        }
    }

    @Test("a missing file is an error that names it")
    func missingFile() {
        let error = #expect(throws: DataError.self) { try DigitsData.load(URL(filePath: "/nowhere/digits.csv")) }
        #expect(error?.description.contains("/nowhere/digits.csv") == true)
    }
}
