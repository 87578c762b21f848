/// How PyTorch's names look in C and in Swift, and the tables of what no rule gives.
enum Naming {
    // MARK: Functions

    /// Where a Swift function stands.
    enum Namespace: String, CaseIterable, Sendable {
        case tensor = "Tensor"
        case linalg = "Linalg"
        case fft = "FFT"
        case special = "Special"

        /// How the names that belong there begin in PyTorch; `nil` for `Tensor`, which has all others.
        var prefix: String? {
            switch self {
            case .tensor: nil
            case .linalg: "linalg_"
            case .fft: "fft_"
            case .special: "special_"
            }
        }
    }

    /// `index_select` is `Tensor.indexSelect`, `linalg_norm` is `Linalg.norm`, `_foreach_add_` is `Tensor.foreachAdd_`.
    static func swiftFunction(_ name: String) -> (namespace: Namespace, name: String) {
        for namespace in Namespace.allCases {
            if let prefix = namespace.prefix, name.hasPrefix(prefix), name.count > prefix.count {
                return (namespace, lowerCamelCase(String(name.dropFirst(prefix.count))))
            }
        }
        return (.tensor, lowerCamelCase(name))
    }

    /// Whether the operation is PyTorch's own affair, for this package's use only.
    static func isInternal(_ name: String) -> Bool {
        name.hasPrefix("_")
    }

    static func cFunction(_ operation: Operation) -> String {
        "ct_" + operation.dispatcherName.drop { $0 == "_" }
    }

    /// The overload of the dispatcher that a C function calls.
    ///
    /// As in Python, a number beside a tensor is a tensor that has no say in the result's type: the gradient's function
    /// is `AddBackward0` for `x + 1` and `x + y`.
    static func calledOverload(_ operation: Operation) -> String {
        let schema = operation.schema
        let isInPlace = schema.name.hasSuffix("_")
        guard takesNumbersAsTensors.contains(isInPlace ? String(schema.name.dropLast()) : schema.name),
            schema.overload.hasPrefix("Scalar")
        else { return operation.dispatcherName }
        let overload = schema.overload.replacing("Scalar", with: "Tensor", maxReplacements: 1)
        // `floor_divide` is the one whose overload for tensors has no name.
        let isUnnamed = schema.name == "floor_divide"
        return isUnnamed ? schema.name : "\(schema.name)_\(overload)"
    }

    /// The header of libtorch that declares an operation: an operation in place stands with the one that is not.
    static func header(_ name: String) -> String {
        let isInPlace = name.hasSuffix("_") && !name.hasSuffix("__")
        return "ATen/ops/\(isInPlace ? String(name.dropLast()) : name)_ops.h"
    }

    // MARK: Arguments

    /// The name of an argument in C.
    static func cArgument(_ argument: Operation.Argument) -> String {
        let name = lowerCamelCase(argument.schema.name)
        return cxxKeywords.contains(name) ? name + "Value" : name
    }

    /// The name of an argument in Swift, which is its label too.
    static func swiftArgument(_ argument: Operation.Argument) -> String {
        let schema = argument.schema
        if schema.name == "self" { return "input" }
        if schema.name == "dim", schema.type.isList { return "dims" }
        return argumentSpellings[schema.name] ?? lowerCamelCase(schema.name)
    }

    /// Whether callers pass an argument without its label.
    ///
    /// The rule, which CONTRIBUTING.md states for people: what an operation computes with (its operands) and the shape
    /// of what it makes come first and have no label; everything else has PyTorch's name as its label.
    ///
    /// - Parameter labels: Those of the arguments before it in Swift, the tensor before the dot not among them.
    static func isUnlabeled(
        _ argument: Operation.Argument, of operation: Operation, isMethod: Bool, behind labels: [String?]
    ) -> Bool {
        let name = argument.schema.name
        let schema = operation.schema
        if let names = unlabeledByOperation[schema.fullName] ?? unlabeledByOperation[schema.name] {
            return names.contains(name)
        }
        // A label that is skipped ends the row: nothing behind it goes without one.
        guard labels.allSatisfy({ $0 == nil }), !argument.schema.isKeywordOnly else { return false }
        if operands.contains(name), argument.schema.defaultValue == nil { return true }
        guard labels.isEmpty else { return false }
        if shapes.contains(name) { return true }
        guard !isMethod else { return false }
        switch argument.kind {
        case .tensor, .tensorList: return !rangeBounds.contains(name)
        default: return sizes.contains(name)
        }
    }

    // MARK: Options

    /// A closed set of strings or numbers in PyTorch, which is an enumeration in Swift.
    struct Option: Equatable, Sendable {
        /// The enumeration, whose raw values are PyTorch's.
        var type: String
        /// The cases that are not called like their string, or like the name of their number in the schema.
        var caseNames: [String: String] = [:]

        func swiftType(_ kind: ArgumentKind) -> String {
            kind == .optionalString ? type + "?" : type
        }
    }

    /// The enumeration of a string or a number; nil for an argument of another type, free text, and other numbers.
    ///
    /// Throws for a string that no table knows, so that none is passed as text by oversight.
    static func option(_ argument: Operation.Argument, of operation: Operation) throws -> Option? {
        if argument.kind == .integer { return numberedOptions[argument.schema.name] }
        guard argument.kind == .string || argument.kind == .optionalString else { return nil }
        let name = argument.schema.name
        if freeTexts.contains(name) { return nil }
        // An operation in place takes what the other one takes.
        let schema = operation.schema
        let function = schema.name.hasSuffix("_") ? String(schema.name.dropLast()) : schema.name
        guard let option = options["\(function) \(name)"] ?? options[name] else {
            throw UnsupportedType(
                type: "the string \(name), which is neither among Naming's options nor its free texts")
        }
        return option
    }

    /// Whether an operation that PyTorch offers as a method is a method here too.
    static func isMethod(_ function: NativeFunction) -> Bool {
        function.isMethod && function.schema.arguments.first?.name == "self"
    }

    // MARK: Spelling

    /// `max_pool2d` is `maxPool2d`, `LU_data` is `luData`; underscores at the start go, those at the end stay.
    static func lowerCamelCase(_ name: String) -> String {
        let pieces = name.split(separator: "_")
        guard let first = pieces.first else { return name }
        let rest = pieces.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
        let tail = name.reversed().prefix { $0 == "_" }
        let isCapitals = first == first.uppercased()
        let start = isCapitals ? first.lowercased() : first.prefix(1).lowercased() + first.dropFirst()
        return start + rest.joined() + String(tail)
    }

    /// The name as Swift code has to write it in a declaration or a use.
    static func escaped(_ name: String) -> String {
        swiftKeywords.contains(name) ? "`\(name)`" : name
    }
}

// MARK: - Tables

extension Naming {
    /// Arguments whose Swift name no rule gives.
    private static let argumentSpellings = [
        "from_": "from",
        "keepdim": "keepDim",
    ]

    /// What an operation computes with, in the row at its start: `x.add(y)`, `Linalg.solve(a, b)`,
    /// `x.addmm(m, n, beta: 0.5)`.
    private static let operands: Set<String> = [
        "self", "other", "exponent", "tensor", "B", "b", "A", "y", "mat", "mat1", "mat2", "vec", "vec1", "vec2",
        "batch1",
        "batch2", "tensor1", "tensor2", "input1", "input2", "input3", "src", "fill_value", "value", "the_template",
        "target",
    ]

    /// The shape of the result as the first argument: `x.reshape([2, 3])`, `x.permute([1, 0])`.
    private static let shapes: Set<String> = ["size", "shape", "dims", "repeats"]

    /// First arguments of static functions that stand for a shape or an operation: `Tensor.randperm(10)`.
    private static let sizes: Set<String> = ["n", "equation"]

    /// First arguments that are tensors in one overload and numbers in another, so that the label tells what they are.
    private static let rangeBounds: Set<String> = ["start", "end"]

    /// Operations (`name.overload` or all of a `name`) whose unlabeled arguments are these and no others.
    private static let unlabeledByOperation: [String: Set<String>] = [
        "arange": ["end"],
        "arange.start": [],
        "arange.start_step": [],
        "bucketize": ["self", "boundaries"],
        "cdist": ["x1", "x2"],
        "complex": ["real", "imag"],
        "cosine_similarity": ["x1", "x2"],
        "einsum": ["equation", "tensors"],
        "full": ["size", "fill_value"],
        "heaviside": ["self", "values"],
        "heaviside_": ["self", "values"],
        "isin.Scalar_Tensor": ["element", "test_elements"],
        "isin.Tensor_Scalar": ["elements", "test_element"],
        "isin.Tensor_Tensor": ["elements", "test_elements"],
        "lerp": ["self", "end"],
        "lerp_": ["self", "end"],
        "normal.Tensor_Tensor": ["mean", "std"],
        "normal.float_Tensor": ["mean", "std"],
        "pairwise_distance": ["x1", "x2"],
        "polar": ["abs", "angle"],
        "polygamma": ["self"],
        "special_polygamma": ["self"],
        "transpose": ["dim0", "dim1"],
        "transpose_": ["dim0", "dim1"],
        "promote_types": ["type1", "type2"],
        "triplet_margin_loss": ["anchor", "positive", "negative"],
        "result_type": ["tensor", "other", "scalar", "scalar1", "scalar2"],
        "swapaxes": ["axis0", "axis1"],
        "swapaxes_": ["axis0", "axis1"],
        "swapdims": ["dim0", "dim1"],
        "swapdims_": ["dim0", "dim1"],
        "to.device": ["device", "dtype"],
        "to.dtype": ["dtype"],
        "where": ["condition", "self", "other"],
    ]

    /// Operations that PyTorch offers as properties, with their names here.
    static let properties = ["numpy_T": "T", "matrix_H": "H", "mT": "mT", "mH": "mH"]

    /// Defaults that PyTorch's Python functions have and its schemas have not.
    static let addedDefaults = ["norm.ScalarOpt_dim p": "nil", "norm.ScalarOpt_dim_dtype p": "nil"]

    /// The names of arguments of which a list of one element may be written as that element, and what it is called.
    static let singulars = ["dims": "dim", "shifts": "shift"]

    /// Operations that take no single dimension, though their schema says so: a matrix has two.
    static let needsSeveralDimensions: Set<String> = ["linalg_norm.ord_str", "nuclear_norm.dim"]

    /// Strings that can be any text.
    private static let freeTexts: Set<String> = ["equation", "filename"]

    /// The enumerations of numbers, by the argument's name.
    private static let numberedOptions: [String: Option] = [
        "reduction": Option(type: "Reduction", caseNames: ["Mean": "mean"])
    ]

    /// The enumerations of strings, by the argument's name, or by the operation's and the argument's.
    private static let options: [String: Option] = [
        "UPLO": Option(type: "Linalg.Triangle", caseNames: ["L": "lower", "U": "upper"]),
        "approximate": Option(type: "Tensor.GELUApproximation"),
        "indexing": Option(type: "Tensor.GridIndexing"),
        "interpolation": Option(type: "Tensor.QuantileInterpolation"),
        "linalg_cond p": Option(type: "Linalg.MatrixNorm"),
        "linalg_lstsq driver": Option(type: "Linalg.LeastSquaresDriver"),
        "linalg_qr mode": Option(type: "Linalg.QRMode"),
        "linalg_svd driver": Option(type: "Linalg.SVDDriver"),
        "linalg_svdvals driver": Option(type: "Linalg.SVDDriver"),
        "norm": Option(type: "FFT.Normalization"),
        "ord": Option(type: "Linalg.MatrixNorm"),
        "pad mode": Option(type: "Tensor.PadMode"),
        "pad_mode": Option(type: "Tensor.PadMode"),
        "padding": Option(type: "Tensor.ConvolutionPadding"),
        "padding_side": Option(type: "Tensor.Side"),
        "index_reduce reduce": Option(type: "Tensor.IndexReduction"),
        "rounding_mode": Option(type: "Tensor.RoundingMode"),
        "scatter reduce": Option(type: "Tensor.ScatterOperation"),
        "scatter_reduce reduce": Option(type: "Tensor.ScatterReduction"),
        "segment_reduce reduce": Option(type: "Tensor.SegmentReduction"),
        "side": Option(type: "Tensor.Side"),
    ]

    /// What Sources/CTorch/Preconditions.h checks before libtorch is called.
    enum Precondition {
        /// A function that takes these arguments; an overload without one of them needs no check.
        case call(String, [String])
        /// The names of the lists that go with the parameters.
        case fusedOptimizer(companions: [String])
        /// All lists are of one length.
        case equalCounts
    }

    static func precondition(_ operation: Operation) -> Precondition? {
        if let known = preconditions[operation.schema.fullName] ?? preconditions[operation.schema.name] { return known }
        return operation.schema.name.hasPrefix("_foreach_") ? .equalCounts : nil
    }

    /// By `name.overload` or `name`.
    private static let preconditions: [String: Precondition] = [
        "arange": .call("checkRange", ["start", "end", "step"]),
        "batch_norm_update_stats": .call("checkChannels", ["input", "running_mean", "running_var"]),
        "copy": .call("checkDefined", ["self", "src"]),
        "ctc_loss": .call("checkSymbols", ["log_probs", "targets", "target_lengths"]),
        "div": .call("checkDivision", ["self", "other", "rounding_mode"]),
        "div_": .call("checkDivision", ["self", "other", "rounding_mode"]),
        "divide": .call("checkDivision", ["self", "other", "rounding_mode"]),
        "divide_": .call("checkDivision", ["self", "other", "rounding_mode"]),
        "embedding_bag": .call("checkBags", ["weight", "indices", "offsets", "include_last_offset"]),
        "gru.data": .call("checkPackedSequence", ["data", "batch_sizes", "num_layers"]),
        "gru.input": .call("checkLayers", ["num_layers"]),
        "linalg_ldl_solve": .call("checkPivots", ["pivots"]),
        "linalg_lstsq": .call("checkLeastSquares", ["self", "b", "driver"]),
        "linalg_matrix_power": .call("checkPower", ["n"]),
        "lstm.data": .call(
            "checkPackedLSTM", ["data", "batch_sizes", "hx", "params", "has_biases", "num_layers", "bidirectional"]),
        "lstm.input": .call("checkLSTM", ["input", "hx", "params", "has_biases", "num_layers", "bidirectional"]),
        "matrix_power": .call("checkPower", ["n"]),
        "native_batch_norm": .call(
            "checkBatchNorm", ["input", "weight", "bias", "running_mean", "running_var", "training"]),
        "native_group_norm": .call("checkGroupNorm", ["input", "N", "C", "HxW"]),
        "randint": .call("checkRandomRange", ["low", "high"]),
        "randint_like": .call("checkRandomRange", ["low", "high"]),
        "random_": .call("checkRandomRange", ["from", "to"]),
        "range": .call("checkIntegerRange", ["start", "end", "step", "dtype"]),
        "rnn_relu.data": .call("checkPackedSequence", ["data", "batch_sizes", "num_layers"]),
        "rnn_relu.input": .call("checkLayers", ["num_layers"]),
        "rnn_tanh.data": .call("checkPackedSequence", ["data", "batch_sizes", "num_layers"]),
        "rnn_tanh.input": .call("checkLayers", ["num_layers"]),
        "scaled_dot_product_attention": .call("checkGroupedAttention", ["key", "value", "enable_gqa"]),
        "segment_reduce": .call("checkSegments", ["data", "lengths", "offsets", "axis"]),
        "_upsample_bicubic2d_aa": .call("checkScales", ["output_size", "scales_h", "scales_w"]),
        "_upsample_bilinear2d_aa": .call("checkScales", ["output_size", "scales_h", "scales_w"]),
        "_pad_packed_sequence": .call("checkBatchSizes", ["data", "batch_sizes"]),
        "_fused_sgd_": .fusedOptimizer(companions: ["grads", "momentum_buffer_list"]),
        "_fused_adagrad_": .fusedOptimizer(companions: ["grads", "state_sums"]),
        "_fused_adam_": .fusedOptimizer(companions: ["grads", "exp_avgs", "exp_avg_sqs", "max_exp_avg_sqs"]),
        "_fused_adamw_": .fusedOptimizer(companions: ["grads", "exp_avgs", "exp_avg_sqs", "max_exp_avg_sqs"]),
    ]

    /// Operations that take a number in the place of a tensor in Python.
    private static let takesNumbersAsTensors: Set<String> = [
        "add", "sub", "mul", "div", "floor_divide", "subtract", "multiply", "divide", "true_divide",
    ]

    /// Operations two of whose overloads take the same call, which is an error at run time anyway: `x.clamp()`.
    static let acceptedAmbiguities: Set<String> = ["clamp", "clamp_", "clip", "clip_"]

    /// Operations that PyTorch marks as sharing memory, but that copy if a view is impossible.
    static let sharesOnlyWherePossible: Set<String> = ["flatten", "ravel", "reshape", "reshape_as"]

    /// Operations that PyTorch marks as sharing memory, but that give the tensor itself or a copy.
    static let returnsItselfWherePossible: Set<String> = ["contiguous", "to", "type_as"]

    private static let cxxKeywords: Set<String> = [
        "and", "auto", "bool", "case", "char", "class", "const", "default", "delete", "double", "enum", "explicit",
        "export", "extern", "float", "for", "if", "inline", "int", "long", "mutable", "namespace", "new", "not",
        "operator", "or", "private", "public", "register", "return", "short", "signed", "static", "struct", "switch",
        "template", "this", "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "while", "xor",
    ]

    private static let swiftKeywords: Set<String> = [
        "as", "break", "case", "catch", "class", "continue", "default", "defer", "do", "else", "enum", "extension",
        "fallthrough", "false", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let",
        "nil", "operator", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct",
        "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]
}
