import Helios

/// The page of a report: one HTML file that needs no other, and no network.
///
/// What comes from logs is only in a JSON document, which cannot end the element that it is in, and which the script
/// puts into the page as text. A policy in the page's head allows the browser no script but the page's own.
struct ReportPage {
    let html: String

    init(_ runs: [ReportedRun]) throws {
        // Who wrote the logs does not know this number, so that no script of theirs would be run.
        let nonce =
            String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
        let data = ReportPage.inert(String(decoding: JSONWriter.write(ReportData(runs).json), as: UTF8.self))
        let scripts = [
            PackageResources.format_js, PackageResources.view_js, PackageResources.scale_js,
            PackageResources.strokes_js,
            PackageResources.hover_js, PackageResources.gestures_js, PackageResources.chart_js,
            PackageResources.tables_js, PackageResources.pictures_js, PackageResources.images_js,
            PackageResources.page_js,
        ]
        let script = scripts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        html = String(decoding: PackageResources.page_html, as: UTF8.self)
            .replacing("{{nonce}}", with: nonce)
            .replacing("{{style}}", with: String(decoding: PackageResources.page_css, as: UTF8.self))
            .replacing("{{script}}", with: script)
            .replacing("{{data}}", with: data)
    }

    /// JSON in which no `<` begins an element or a comment.
    static func inert(_ json: String) -> String {
        json.replacing("<", with: "\\u003c")
    }
}
