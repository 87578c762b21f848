import ArgumentParser
import Foundation
import Helios

/// `helios new`
struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Writes a package that trains a model.",
        discussion: """
            The package has a model, data, a configuration, a test and a README. It needs no network: it uses the Helios \
            that this command was built from, unless --helios says another.

            Examples:
              helios new demo && cd demo && swift run
              helios new rings --template gan
            """)

    @Argument(help: "The name of the package, of its folder and of the program.")
    var name: String

    @Option(
        help: ArgumentHelp("What it trains: \(PackageTemplate.names).", valueName: "template"),
        completion: .list(PackageTemplate.allCases.map(\.rawValue)))
    var template = PackageTemplate.classifier.rawValue

    @Option(help: "The folder of Helios. (default: the one that this command was built from)", completion: .directory)
    var helios: String?

    func run() throws {
        guard let chosen = PackageTemplate(rawValue: template) else {
            let question = NearNames.question(template, among: PackageTemplate.allCases.map(\.rawValue))
            throw CommandError(
                "there is no template '\(VisibleText.of(template))'\(question) (there are: \(PackageTemplate.names))")
        }
        try NewPackage.requireName(name)
        let package = NewPackage(name: name, template: chosen, helios: try HeliosPlace(helios))
        try package.write(to: URL(filePath: name))
        try StandardStream.print("\(name): a package that trains a \(chosen.title); cd \(name) && swift run")
    }
}
