import CYaml
import Helios

/// Reads a YAML document with libyaml, which Yams brings along.
///
/// Yams itself expands aliases before anyone can count them, and gives one of several equal keys no place. Here every
/// value keeps its line and column, a key that is there twice is an error with both places, and what aliases make is
/// bounded.
final class YAMLReader {
    private var parser = yaml_parser_t()
    private let source: ConfigSource
    private var anchors: [String: ConfigNode] = [:]
    private var nodeCount = 0
    /// What is read, as long as it is.
    private var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

    /// Reads a text, which must hold one document; an empty one is an empty dictionary.
    ///
    /// - Throws: `ConfigFault` with the place of what is wrong.
    static func read(_ bytes: [UInt8], _ source: ConfigSource) throws -> ConfigNode {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw ConfigFault("it is no text in UTF-8", at: .start(of: source))
        }
        let reader = YAMLReader(source)
        return try bytes.withUnsafeBufferPointer { try reader.read($0) }
    }

    private init(_ source: ConfigSource) {
        self.source = source
    }

    private func read(_ bytes: UnsafeBufferPointer<UInt8>) throws -> ConfigNode {
        guard yaml_parser_initialize(&parser) == 1 else { throw fault("there is no memory to read it", parser.mark) }
        defer { yaml_parser_delete(&parser) }
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        self.bytes = bytes
        // It outlives the call, and an empty buffer may have no address.
        let empty: [UInt8] = [0]
        return try empty.withUnsafeBufferPointer { empty in
            yaml_parser_set_input_string(&parser, bytes.baseAddress ?? empty.baseAddress, bytes.count)
            return try document()
        }
    }

    private func document() throws -> ConfigNode {
        _ = try next()
        let start = try next()
        if start.type == YAML_STREAM_END_EVENT {
            return ConfigNode(.dictionary([]), at: .start(of: source))
        }
        let node = try node(next(), depth: 0)
        _ = try next()
        let end = try next()
        guard end.type == YAML_STREAM_END_EVENT else {
            throw fault("a second document begins, and there must be one", end.start)
        }
        // A file that has comments only.
        return node.isNull ? ConfigNode(.dictionary([]), at: node.position) : node
    }

    private func node(_ event: Event, depth: Int) throws -> ConfigNode {
        guard depth <= ConfigLimits.depth else {
            throw fault("lists and dictionaries are nested more than \(ConfigLimits.depth) deep", event.start)
        }
        nodeCount += 1
        if event.type == YAML_ALIAS_EVENT {
            guard let node = anchors[event.anchor ?? ""] else {
                throw fault("there is no anchor '&\(ConfigFault.shown(event.anchor ?? ""))' before", event.start)
            }
            // The node itself was counted.
            nodeCount += node.size - 1
            try requireFew(event.start)
            return node
        }
        try requireFew(event.start)
        let node =
            switch event.type {
            case YAML_SEQUENCE_START_EVENT: try list(event, depth: depth)
            case YAML_MAPPING_START_EVENT: try dictionary(event, depth: depth)
            default: try scalar(event)
            }
        if let anchor = event.anchor { anchors[anchor] = node }
        return node
    }

    private func requireFew(_ mark: yaml_mark_t) throws {
        guard nodeCount <= ConfigLimits.nodes else {
            throw fault("there are more than \(ConfigLimits.nodes) values, those of aliases included", mark)
        }
    }

    private func scalar(_ event: Event) throws -> ConfigNode {
        try requireNoTag(event, "!!str", "tag:yaml.org,2002:str")
        let isText = event.tag != nil || !event.isPlain
        return ConfigNode(
            .scalar(isText ? .string(event.text) : PlainScalar.value(of: event.text)), at: position(event.start))
    }

    private func list(_ start: Event, depth: Int) throws -> ConfigNode {
        try requireNoTag(start)
        var elements: [ConfigNode] = []
        while true {
            let event = try next()
            if event.type == YAML_SEQUENCE_END_EVENT { break }
            elements.append(try node(event, depth: depth + 1))
        }
        return ConfigNode(.list(elements), at: position(start.start))
    }

    private func dictionary(_ start: Event, depth: Int) throws -> ConfigNode {
        try requireNoTag(start)
        var members: [ConfigNode.Member] = []
        var lines: [String: Int] = [:]
        while true {
            let event = try next()
            if event.type == YAML_MAPPING_END_EVENT { break }
            guard event.type == YAML_SCALAR_EVENT, !event.text.isEmpty else {
                throw fault("a key must be a name", event.start)
            }
            let key = event.text
            if key == "<<", event.isPlain {
                throw fault(
                    "'<<' is not supported: put what is common into a file of its own, or use ${…}", event.start)
            }
            if let line = lines[key] {
                throw fault("the key '\(ConfigFault.shown(key))' is there already, in line \(line)", event.start)
            }
            lines[key] = Int(event.start.line) + 1
            let value = try node(next(), depth: depth + 1)
            members.append(.init(key: key, position: position(event.start), node: value))
        }
        return ConfigNode(.dictionary(members), at: position(start.start))
    }

    private func requireNoTag(_ event: Event, _ known: String...) throws {
        guard let tag = event.tag, !known.contains(tag) else { return }
        throw fault("the tag '\(ConfigFault.shown(tag))' is not supported: write the value itself", event.start)
    }

    // MARK: Events

    /// An event of libyaml's parser, copied.
    private struct Event {
        let type: yaml_event_type_t
        let start: yaml_mark_t
        var anchor: String?
        var tag: String?
        var text = ""
        var isPlain = false
    }

    private func next() throws -> Event {
        var raw = yaml_event_t()
        guard yaml_parser_parse(&parser, &raw) == 1 else { throw parserFault() }
        defer { yaml_event_delete(&raw) }
        func string(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? {
            bytes.map { String(cString: $0) }
        }
        var event = Event(type: raw.type, start: raw.start_mark)
        switch raw.type {
        case YAML_ALIAS_EVENT: event.anchor = string(raw.data.alias.anchor)
        case YAML_SEQUENCE_START_EVENT:
            event.anchor = string(raw.data.sequence_start.anchor)
            event.tag = string(raw.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            event.anchor = string(raw.data.mapping_start.anchor)
            event.tag = string(raw.data.mapping_start.tag)
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            event.anchor = string(scalar.anchor)
            event.tag = string(scalar.tag)
            // A text may contain zeros.
            event.text = String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            event.isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
        default: break
        }
        return event
    }

    private func parserFault() -> ConfigFault {
        let problem = parser.problem.map { String(cString: $0) } ?? "it cannot be read"
        let context = parser.context.map { " \(String(cString: $0))" } ?? ""
        if problem.hasPrefix("Maximum nesting level") {
            // libyaml's own limit, which it reaches before it gives the first of these lists.
            return fault("lists and dictionaries are nested more than \(ConfigLimits.depth) deep", parser.mark)
        }
        if parser.error == YAML_READER_ERROR {
            return ConfigFault("it is no YAML: \(problem)", at: .start(of: source))
        }
        if problem.hasPrefix("found character that cannot start any token"), hasTab(at: parser.problem_mark) {
            return fault("it is no YAML: a tab cannot indent a line; use spaces", parser.problem_mark)
        }
        return fault("it is no YAML: \(problem)\(context)", parser.problem_mark)
    }

    /// Whether there is a tab in a place, which YAML takes for no indentation.
    private func hasTab(at mark: yaml_mark_t) -> Bool {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard mark.line < lines.count else { return false }
        let characters = String(decoding: lines[Int(mark.line)], as: UTF8.self).unicodeScalars
        return characters.dropFirst(Int(mark.column)).first == "\t"
    }

    private func position(_ mark: yaml_mark_t) -> ConfigPosition {
        ConfigPosition(source: source, line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }

    private func fault(_ message: String, _ mark: yaml_mark_t) -> ConfigFault {
        ConfigFault(message, at: position(mark))
    }
}
