// The modules that ModuleTests looks through.

import Torch
import TorchNN

class Base: Module {
    @Parameter var scale: Tensor
    let first: Linear

    init(features: Int) throws {
        scale = try Tensor.ones([1])
        first = Linear(features, 2)
    }
}

final class Derived: Base {
    let name = "derived"
    let count = 3
    let fixed: Tensor
    @Buffer("running_mean") var runningMean: Tensor
    @Buffer(isPersistent: false) var cache: Tensor?
    let blocks: [Linear]
    let nested: [[any Layer]]
    let table: [String: Linear]
    var optional: Linear?
    var none: Linear?
    let second: Sequential
    let later: ReLU
    let numbers = [1, 2, 3]
    @Parameter var own: Tensor
    @Parameter var missing: Tensor?

    init() throws {
        func linear() throws -> Linear { Linear(2, 2, bias: false) }
        fixed = try Tensor.zeros([2])
        blocks = [try linear(), try linear()]
        nested = [[try linear()], [try linear()]]
        table = ["b": try linear(), "a": try linear()]
        optional = try linear()
        second = Sequential(Linear(2, 1), ReLU())
        later = ReLU()
        own = try Tensor.ones([2])
        missing = nil
        try super.init(features: 3)
        runningMean = try Tensor.zeros([2])
        cache = try Tensor.zeros([1])
    }
}

final class Printed: Module {
    let a: Linear
    let l: [any Layer]
    let d: [String: ReLU]
    let e: [Linear] = []
    let s = Sequential(ReLU(inPlace: true), ReLU(inPlace: true))

    init() throws {
        a = Linear(2, 2)
        l = [Linear(2, 2), Linear(2, 2), ReLU()]
        d = ["x": ReLU()]
    }
}

final class Pairing: Module {
    let left: Linear
    let right: Linear

    init(_ left: Linear, _ right: Linear) {
        self.left = left
        self.right = right
    }
}

final class Changing: Module {
    var head: Linear
    var more: [Linear] = []
    var optional: Linear?

    init() throws {
        head = Linear(1, 1, bias: false)
    }
}

final class Lazy: Module {
    lazy var activation = ReLU()
}

final class Cyclic: Module {
    var other: Cyclic?
    weak var back: Cyclic?
}

final class Frozen: Module, Layer {
    override func train(_ mode: Bool = true) -> Self {
        super.train(false)
    }

    func forward(_ input: Tensor) throws -> Tensor { input }
}

final class Unassigned: Module {
    @Parameter("some_weight") var weight: Tensor
}

final class Ambiguous: Module {
    @Parameter var a: Tensor
    @Buffer("a") var b: Tensor

    init() throws {
        a = try Tensor.zeros([1])
        super.init()
        b = try Tensor.zeros([1])
    }
}
