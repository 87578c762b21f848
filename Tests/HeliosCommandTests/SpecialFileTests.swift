import Foundation
import Helios
import TestSupport
import Testing

/// What is not a regular file, or has an unusual path.
@Suite("Special files")
struct SpecialFileTests {
    @Test("a FIFO in the place of a file is an error that says so, and nothing waits for its other end")
    func fifo() throws {
        try withTemporaryFolder { folder in
            let fifo = folder.appending(path: "m_epoch_1_iter_1.pth").path
            try #require(mkfifo(fifo, 0o600) == 0)
            let reason = "cannot be read: it is a FIFO (a named pipe), not a regular file"
            for arguments in [
                ["show", fifo], ["diff", fifo, fifo], ["convert", fifo, folder.path + "/a.safetensors"],
            ] {
                let program = try Program.run(["checkpoint"] + arguments)
                #expect(program.status == 2)
                #expect(program.errors == "helios: \(fifo): \(reason)\n")
            }
            let whole = folder.appending(path: "whole.pth")
            try FileManager.default.copyItem(atPath: fixtureFile("sgd"), toPath: whole.path)
            let verified = try Program.run("checkpoint", "verify", folder.path)
            // Nothing is broken, and not all is known to be whole.
            #expect(verified.status == 2)
            #expect(verified.lines.contains("unread  \(fifo): \(reason)"))
            #expect(verified.lines.contains { $0.hasPrefix("whole   \(whole.path): ") })
            let migrated = try Program.run("checkpoint", "migrate", folder.path)
            #expect(migrated.status == 1)
            #expect(migrated.output.contains("\(fifo): \(reason)"))

            let target = try Program.run("checkpoint", "convert", whole.path, fifo, "--force")
            #expect(target.status == 2)
            #expect(
                target.errors == "helios: \(fifo): cannot be written: it is a FIFO (a named pipe), not a regular file\n"
            )
        }
    }

    @Test(
        "devices and sockets are not read either",
        arguments: [
            ("/dev/null", "it is a device, not a regular file"), ("/dev/zero", "it is a device, not a regular file"),
        ])
    func devices(path: String, reason: String) throws {
        let program = try Program.run("checkpoint", "show", path)
        #expect(program.status == 2)
        #expect(program.errors == "helios: \(path): cannot be read: \(reason)\n")
    }

    @Test("a path that is not UTF-8 names the file that the system has there")
    func otherBytes() throws {
        try withTemporaryFolder { folder in
            let program = try Program.shell(
                """
                cd "$1" || exit 99
                name=$(printf 'a\\377\\303b'); mkdir "$name" || exit 98
                cp "$2" "$name/$name.pth" || exit 97
                "$0" checkpoint show "$name/$name.pth" || exit 1
                "$0" checkpoint convert "$name/$name.pth" "$name/$name.safetensors.index.json" || exit 2
                "$0" checkpoint verify "$name" || exit 3
                "$0" checkpoint diff "$name/$name.pth" "$name/$name.safetensors.index.json" --json || exit 4
                "$0" checkpoint show "$name/none.pth"
                find . -type f | wc -l; rm -r "$name"
                """, folder.path, fixtureFile("one-tensor"))
            if program.status == 98 { return }  // a file system that has only UTF-8
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.output.contains("file        a\\xFF\\xC3b/a\\xFF\\xC3b.pth\n"))
            #expect(program.output.contains("\"first\": \"a\\\\xFF\\\\xC3b/a\\\\xFF\\\\xC3b.pth\""))
            #expect(
                program.errors.contains("helios: a\\xFF\\xC3b/none.pth: cannot be read: No such file or directory\n"))
            // The file, the index and its only part.
            #expect(program.lines.dropLast().last?.trimmingCharacters(in: .whitespaces) == "3")
        }
    }

    @Test("migrate works on paths that are not UTF-8, with the originals kept beside them")
    func migrateOtherBytes() throws {
        try withTemporaryFolder { folder in
            let source = URL(filePath: fixtureFile("one-tensor")).deletingLastPathComponent()
                .appending(path: "../python-helios/2.0.1/small_epoch_2_iter_8.pth").standardizedFileURL
            let program = try Program.shell(
                """
                cd "$1" || exit 99
                name=$(printf 'a\\377\\303b'); mkdir "$name" || exit 98
                cp "$2" "$name/$name.pth" || exit 97
                "$0" checkpoint migrate "$name" || exit 1
                cmp "$2" "$name/before-migration/$name.pth" || exit 2
                "$0" checkpoint show "$name/$name.pth" | grep 'saved by *Helios' || exit 3
                "$0" checkpoint migrate "$name/$name.pth" --json || exit 4
                ls -A "$name" | wc -l; rm -r "$name"
                """, folder.path, source.path)
            if program.status == 98 { return }  // a file system that has only UTF-8
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.output.contains("a\\xFF\\xC3b/a\\xFF\\xC3b.pth: migrated from Python Helios 2.0.1"))
            #expect(program.output.contains("\"outcome\": \"current\""))
            // The checkpoint and the folder of originals, and no lock or temporary file.
            #expect(program.lines.dropLast().last?.trimmingCharacters(in: .whitespaces) == "2")
        }
    }

    @Test("a path in which a folder is a link is the system's, not one that is made shorter")
    func parentOfLink() throws {
        try withTemporaryFolder { folder in
            let inner = folder.appending(path: "there/inner")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: fixtureFile("sgd"), toPath: folder.path + "/there/a.pth")
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: "link"), withDestinationURL: inner)
            #expect(try Program.run("checkpoint", "show", folder.path + "/link/../a.pth").status == 0)
        }
    }

    @Test("convert --force writes through a link, to a file that is there or is not")
    func links() throws {
        try withTemporaryFolder { folder in
            for isThere in [true, false] {
                let (target, link) = ("\(folder.path)/\(isThere).pth", "\(folder.path)/link-\(isThere).pth")
                if isThere { try Data("old".utf8).write(to: URL(filePath: target)) }
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "\(isThere).pth")
                let refused = try Program.run("checkpoint", "convert", fixtureFile("sgd"), link)
                #expect(refused.errors == "helios: \(link): it is there already; --force replaces it\n")
                #expect(try Program.run("checkpoint", "convert", fixtureFile("sgd"), link, "--force").status == 0)
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "\(isThere).pth")
                #expect(try Program.run("checkpoint", "diff", fixtureFile("sgd"), target).status == 0)
            }
        }
    }
}
