import Foundation
import SwiftProtobuf

/// Which curves the page "Custom Scalars" draws into one chart: one for each name under which several numbers are
/// logged.
///
/// The numbers are curves of their own, too, `<name>/<key>`, in the group `<name>` of the page "Scalars". PyTorch makes
/// a run of each key instead, which fills the list of runs.
enum ChartLayout {
    /// TensorBoard's name for it.
    static let tag = "custom_scalars__config__"

    private static let plugin = "custom_scalars"

    /// The event with the charts of these names. TensorBoard takes the newest.
    static func event(step: Int, time: Double, charts: [String]) throws -> TBEvent {
        let layout = TBLayout.with { layout in
            layout.category = [
                .with { category in
                    category.title = "Charts"
                    category.chart = charts.map { name in
                        .with {
                            $0.title = name
                            $0.multiline.tag = [pattern(name)]
                        }
                    }
                }
            ]
        }
        let bytes: Data = try layout.serializedBytes()
        return TBEvent(
            step: step, time: time,
            [
                .tensor(tag, plugin: plugin, Data()) {
                    $0.dtype = .dtString
                    $0.stringVal = [bytes]
                }
            ])
    }

    /// The names of the charts in an event; `nil` if it is another event.
    static func charts(in event: TBEvent) -> [String]? {
        guard let value = event.summary.value.first, value.tag == tag, let bytes = value.tensor.stringVal.first,
            let layout = try? TBLayout(serializedBytes: bytes)
        else { return nil }
        return layout.category.flatMap { $0.chart.map(\.title) }
    }

    /// The regular expression for the tags of a chart.
    private static func pattern(_ name: String) -> String {
        let special = Set(#"\^$.|?*+()[]{}-/"#)
        return "^" + name.map { special.contains($0) ? "\\\($0)" : "\($0)" }.joined() + "\\/[^\\/]*$"
    }
}
