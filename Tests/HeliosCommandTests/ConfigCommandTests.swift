import Foundation
import TestSupport
import Testing

/// `helios config`
@Suite struct ConfigCommandTests {
    private static func check(_ yaml: String) throws -> Program {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "bad.yaml")
            try Data(yaml.utf8).write(to: file)
            let run = try Program.run("config", "check", file.path)
            return Program(
                status: run.status, output: run.output.replacing("\(folder.path)/", with: ""),
                errors: run.errors.replacing("\(folder.path)/", with: ""))
        }
    }

    @Test("a correct file is said to be so, with the keys that only the program knows")
    func correct() throws {
        let run = try Self.check("optimizer: {type: AdamW, lr: 1e-3}\nmodel: {width: 3}\ntrainer: {epochs: 3}")
        #expect(run.status == 0 && run.errors.isEmpty)
        #expect(run.output == "bad.yaml: correct (not checked, since only the program knows them: model)\n")
    }

    @Test(
        "a wrong one ends with status 1, and line, column and the nearest key",
        arguments: [
            (
                "trainer:\n  epoch: 3",
                "bad.yaml:2:3: there is no option 'epoch' in 'trainer'; did you mean 'epochs'"
            ),
            ("optimzer: AdamW", "bad.yaml:1:1: there is no option 'optimzer'; did you mean 'optimizer'?"),
            (
                "optimizer:\n  type: AdamW\n  weight_decya: 1",
                "bad.yaml:3:3: optimizer AdamW: no option 'weight_decya'; did you mean 'weight_decay'?"
            ),
            ("a: 1\na: 2", "bad.yaml:2:1: the key 'a' is there already, in line 1"),
            ("a: ${b}", "bad.yaml:1:4: '${b}' leads nowhere: there is no 'b'"),
            ("a: [1", "it is no YAML"),
        ])
    func wrong(_ yaml: String, _ message: String) throws {
        let run = try Self.check(yaml)
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test("a file that is not there ends with status 2")
    func missing() throws {
        let run = try Program.run("config", "check", "/nowhere/a.yaml")
        #expect(run.status == 2)
        #expect(run.errors.contains("/nowhere/a.yaml: No such file or directory"), "\(run.errors)")
    }

    @Test("the schema is JSON with the registries' names, and allows keys of programs")
    func schema() throws {
        let run = try Program.run("config", "schema")
        #expect(run.status == 0)
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(schema["additionalProperties"] as? Bool == true)
        #expect((schema["$defs"] as? [String: Any])?.keys.contains("optimizer") == true)
    }
}
