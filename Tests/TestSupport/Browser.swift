import Foundation
import Testing

/// A Chromium that draws pages without a window.
public enum Browser {
    /// The program's name; `nil` if none is installed.
    public static let name: String? = ["chromium", "chromium-browser", "google-chrome"].first { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
}

extension Trait where Self == ConditionTrait {
    /// For slow tests that look at a page in a browser.
    public static var needsBrowser: ConditionTrait {
        .enabled(
            if: Browser.name != nil && ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil,
            "needs Chromium (Debian's package chromium), and scripts/test --thorough")
    }
}
