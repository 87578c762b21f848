import Torch

/// Reads a pickle of protocols 2 to 5 as data. It is a machine with a stack and a memo that can call nothing except
/// what creates tensors and other data.
struct PickleReader {
    typealias Reference = PickleGraph.Reference

    /// Reads a whole pickle, and throws an error for anything that is not data.
    static func read(_ bytes: [UInt8]) throws -> PickleGraph {
        var input = PickleInput(bytes)
        return try read(&input)
    }

    /// Reads one pickle of several in a row.
    static func read(_ input: inout PickleInput) throws -> PickleGraph {
        var reader = PickleReader(input)
        while try reader.step() {}
        input = reader.input
        return reader.graph
    }

    private(set) var input: PickleInput
    var graph = PickleGraph()
    var storageIndices: [String: Int] = [:]
    private var stack: [Reference] = []
    /// The positions of the marks on the stack.
    private var marks: [Int] = []
    private var memo: [Int: Reference] = [:]
    /// The number of bytes that were made of others, beyond those that the pickle has.
    private var copiedBytes = 0
    private let firstByte: Int

    private init(_ input: PickleInput) {
        self.input = input
        firstByte = input.offset
    }

    /// Carries out one instruction, and returns false after the last one.
    private mutating func step() throws -> Bool {
        let code = try input.byte()
        guard let opcode = PickleOpcode(rawValue: code) else { throw input.damage("there is no instruction \(code)") }
        switch opcode {
        case .protocolVersion:
            let version = try input.byte()
            guard version <= 5 else {
                throw FormatError("its pickle has protocol \(version), and 2 to 5 are read", .unsupported)
            }
        case .frame: _ = try input.count(8)
        case .stop:
            let root = try pop()
            guard stack.isEmpty, marks.isEmpty else { throw input.damage("something is left over at its end") }
            graph.root = root
            graph.byteCount = input.offset - firstByte
            return false

        case .none: push(.none)
        case .newTrue: push(.bool(true))
        case .newFalse: push(.bool(false))
        case .binaryInt: push(.int(Int(Int32(bitPattern: UInt32(try input.unsigned(4))))))
        case .binaryInt1: push(.int(Int(try input.byte())))
        case .binaryInt2: push(.int(Int(try input.unsigned(2))))
        case .long1: push(integer: try input.integer(byteCount: Int(input.byte())))
        case .long4: push(integer: try input.integer(byteCount: input.count(4)))
        case .binaryFloat: push(.double(Double(bitPattern: try input.unsigned(8).byteSwapped)))
        case .shortBinaryUnicode: push(.string(try input.string(byteCount: input.count(1))))
        case .binaryUnicode: push(.string(try input.string(byteCount: input.count(4))))
        case .binaryUnicode8: push(.string(try input.string(byteCount: input.count(8))))
        case .shortBinaryString: push(text: try input.take(input.count(1)))
        case .binaryString: push(text: try input.take(input.count(4)))
        case .shortBinaryBytes: push(.bytes(Array(try input.take(input.count(1)))))
        case .binaryBytes: push(.bytes(Array(try input.take(input.count(4)))))
        case .binaryBytes8, .byteArray8: push(.bytes(Array(try input.take(input.count(8)))))
        case .nextBuffer, .readOnlyBuffer:
            throw FormatError("its pickle refers to memory that is not in the file", .unsupported)

        case .emptyList: push(.list([]))
        case .list: push(.list(try popToMark()))
        case .append: try append([try pop()])
        case .appends: try append(try popToMark())
        case .emptySet: push(.set([]))
        case .addItems: try insert(try popToMark())
        case .frozenSet: push(.set(try popToMark()))
        case .emptyDictionary: push(.dictionary(PickleGraph.Entries()))
        case .dictionary: try pushDictionary(try popToMark())
        case .setItem:
            let value = try pop()
            try setItems([try pop(), value])
        case .setItems: try setItems(try popToMark())
        case .emptyTuple: push(.tuple([]))
        case .tuple: push(.tuple(try popToMark()))
        case .tuple1: push(.tuple(try pop(count: 1)))
        case .tuple2: push(.tuple(try pop(count: 2)))
        case .tuple3: push(.tuple(try pop(count: 3)))

        case .mark: marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popToMark()
        case .duplicate: stack.append(try top())
        case .binaryPut: memo[Int(try input.byte())] = try top()
        case .longBinaryPut: memo[try input.count(4)] = try top()
        case .memoize: memo[memo.count] = try top()
        case .binaryGet: try pushMemo(Int(input.byte()))
        case .longBinaryGet: try pushMemo(input.count(4))

        case .global: push(.global(PickleGlobal(module: try input.line(), name: try input.line())))
        case .stackGlobal:
            let name = try pop()
            guard case .string(let module) = graph.nodes[try pop()], case .string(let name) = graph.nodes[name] else {
                throw input.damage("a global's name is not text")
            }
            push(.global(PickleGlobal(module: module, name: name)))
        case .extension1, .extension2, .extension4:
            throw FormatError(
                "its pickle calls something by a number that only the program which wrote it knows", .unsupported)
        case .reduce:
            let arguments = try pop()
            push(try call(try pop(), arguments))
        case .build:
            let state = try pop()
            try build(try top(), state)
        case .newObject:
            let arguments = try pop()
            push(try newObject(try pop(), arguments))
        case .newObjectWithNames:
            _ = try pop(count: 2)
            throw notData(try pop())
        case .instance: throw FormatError.notData(PickleGlobal(module: try input.line(), name: try input.line()))
        case .object:
            guard let type = try popToMark().first else { throw input.damage("an object has no class") }
            throw notData(type)
        case .binaryPersistentID: push(try storage(try pop()))
        }
        return true
    }

    func damage(_ what: String) -> FormatError {
        input.damage(what)
    }

    /// Counts bytes that are made of bytes in the pickle, since a few instructions can refer to one text many times.
    mutating func spend(_ byteCount: Int) throws {
        let (sum, overflow) = copiedBytes.addingReportingOverflow(byteCount)
        guard !overflow, sum / 4 <= input.offset else {
            throw FormatError("it refers to its parts so often that it would be too large")
        }
        copiedBytes = sum
    }
}

// MARK: The stack

extension PickleReader {
    private mutating func push(_ node: PickleGraph.Node) {
        stack.append(graph.nodes.count)
        graph.nodes.append(node)
    }

    private mutating func push(integer: BigInteger) {
        push(Int(exactly: integer).map { .int($0) } ?? .bigInteger(integer))
    }

    /// Pushes a string of Python 2, which is text or bytes.
    private mutating func push(text: ArraySlice<UInt8>) {
        push(String(validating: text, as: UTF8.self).map { .string($0) } ?? .bytes(Array(text)))
    }

    private mutating func pushMemo(_ index: Int) throws {
        guard let reference = memo[index] else { throw damage("it refers to \(index), which it has not made") }
        stack.append(reference)
    }

    /// The elements above the last mark, which are the only ones that an instruction may take.
    private var available: Int {
        stack.count - (marks.last ?? 0)
    }

    private func top() throws -> Reference {
        guard available > 0, let last = stack.last else { throw damage("its stack is empty") }
        return last
    }

    private mutating func pop() throws -> Reference {
        let last = try top()
        stack.removeLast()
        return last
    }

    private mutating func pop(count: Int) throws -> [Reference] {
        guard available >= count else { throw damage("its stack is empty") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws -> [Reference] {
        guard let mark = marks.popLast() else { throw damage("a mark is missing") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    // MARK: Lists, sets and dictionaries

    // Each of these releases the node's own copy, so that its contents grow in place.

    private mutating func append(_ elements: [Reference]) throws {
        let target = try top()
        guard case .list(var list) = graph.nodes[target] else {
            throw damage("a \(graph.nodes[target].typeName) is used as a list")
        }
        graph.nodes[target] = .none
        list += elements
        graph.nodes[target] = .list(list)
    }

    private mutating func insert(_ elements: [Reference]) throws {
        let target = try top()
        guard case .set(var set) = graph.nodes[target] else {
            throw damage("a \(graph.nodes[target].typeName) is used as a set")
        }
        graph.nodes[target] = .none
        set += elements
        graph.nodes[target] = .set(set)
    }

    private mutating func setItems(_ items: [Reference]) throws {
        let target = try top()
        guard case .dictionary(var entries) = graph.nodes[target], items.count.isMultiple(of: 2) else {
            throw damage("a \(graph.nodes[target].typeName) is used as a dictionary")
        }
        graph.nodes[target] = .none
        entries.elements += items
        graph.nodes[target] = .dictionary(entries)
    }

    private mutating func pushDictionary(_ items: [Reference]) throws {
        guard items.count.isMultiple(of: 2) else { throw damage("a dictionary has a key without a value") }
        push(.dictionary(PickleGraph.Entries(elements: items)))
    }
}

/// The pickle part of PyTorch's files alone, for fuzzing: with the archive around it, few damaged bytes would get this
/// far.
package enum PickleBytes {
    /// Reads a pickle as data, and returns how many values it describes.
    package static func read(_ bytes: [UInt8]) throws -> Int {
        try PickleReader.read(bytes).nodes.count
    }
}
