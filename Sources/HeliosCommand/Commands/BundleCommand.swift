import ArgumentParser
import Foundation
import Helios

/// `helios bundle`
struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Puts a program and all that it needs into one folder, for machines without Swift.",
        discussion: """
            Builds a program of a Swift package in release, with the Swift runtime in the program itself, and copies it \
            into a new folder, together with its resources and the libraries that it needs: those of libtorch, and \
            others such as libjpeg. The folder runs on every Linux with the same kind of processor and with a C library \
            that is no older than that of this machine, wherever it is copied to, without Swift or Python.

            The licenses of libtorch are copied too. Add those of other libraries if you pass the folder on.

            Examples:
              helios bundle digits -o digits-bundle
              helios bundle --package-path ../classifier -o classifier
              helios bundle --program .build/release/digits -o digits-bundle
            """)

    @Argument(help: "The program of the package. It may be left out if there is only one.")
    var product: String?

    @Option(name: [.short, .long], help: "The folder to make.", completion: .directory)
    var output: String

    @Option(help: "The folder of the package.", completion: .directory)
    var packagePath = "."

    @Option(help: "Where to build; .build in the package unless given.", completion: .directory)
    var scratchPath: String?

    @Option(help: "A program that is built already: nothing is built.", completion: .file())
    var program: String?

    func validate() throws {
        if program != nil, product != nil {
            throw ValidationError("Give the name of a program of the package, or --program with a path, and not both.")
        }
        if program != nil, scratchPath != nil {
            throw ValidationError("--program builds nothing, so --scratch-path has no meaning with it.")
        }
    }

    func run() throws {
        #if os(Linux)
            try ProgramBundle.requireFree(output)
            let built = try program ?? PackageBuild(product, package: packagePath, scratchPath: scratchPath).program
            guard FileManager.default.isExecutableFile(atPath: built), !SystemPath.isFolder(built) else {
                throw CommandError("\(built): there is no such program")
            }
            let bundle = try Progress.during("copying \(built)") { try ProgramBundle(built, to: output) }
            for name in bundle.files {
                try StandardStream.print(VisibleText.of(SystemPath.visible("\(output)/\(name)")))
            }
            try StandardStream.print(Quantity.bytes(bundle.byteCount))
        #else
            throw CommandError("helios bundle makes folders on Linux only")
        #endif
    }
}
