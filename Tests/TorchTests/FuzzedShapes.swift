import Torch

let fuzzedShapes: FuzzedCalls = [
    ("size", { _ = try $0.tensor().size($0.int) }),
    ("reshape", { _ = try $0.tensor().reshape($0.sizes) }),
    ("view", { _ = try $0.tensor().view($0.sizes) }),
    ("flatten", { _ = try $0.tensor().flatten(startDim: $0.int, endDim: $0.int) }),
    ("unflatten", { _ = try $0.tensor().unflatten(dim: $0.int, sizes: $0.sizes) }),
    ("transpose", { _ = try $0.tensor().transpose($0.int, $0.int) }),
    ("t", { _ = try $0.tensor().t() }),
    ("permute", { _ = try $0.tensor().permute($0.ints) }),
    ("squeeze", { _ = try $0.tensor().squeeze(dims: $0.ints) }),
    ("unsqueeze", { _ = try $0.tensor().unsqueeze(dim: $0.int) }),
    ("expand", { _ = try $0.tensor().expand($0.sizes) }),
    ("expandAs", { _ = try $0.tensor().expandAs($0.tensor()) }),
    ("repeat", { _ = try $0.tensor().repeat($0.sizes) }),
    ("repeatInterleave", { _ = try $0.tensor().repeatInterleave($0.int, dim: $0.optional($0.int)) }),
    ("repeatInterleave.Tensor", { _ = try $0.tensor().repeatInterleave($0.indices(), dim: $0.optional($0.int)) }),
    ("repeatInterleave.self", { _ = try Tensor.repeatInterleave($0.indices(), outputSize: $0.optional($0.int)) }),
    ("flip", { _ = try $0.tensor().flip($0.ints) }),
    ("roll", { _ = try $0.tensor().roll(shifts: $0.ints, dims: $0.ints) }),
    ("tile", { _ = try $0.tensor().tile($0.sizes) }),
    ("cat", { _ = try Tensor.cat($0.tensors(), dim: $0.int) }),
    ("stack", { _ = try Tensor.stack($0.tensors(), dim: $0.int) }),
    ("split", { _ = try $0.tensor().split(splitSize: $0.int, dim: $0.int) }),
    ("splitWithSizes", { _ = try $0.tensor().splitWithSizes(splitSizes: $0.ints, dim: $0.int) }),
    ("chunk", { _ = try $0.tensor().chunk(chunks: $0.int, dim: $0.int) }),
    ("unbind", { _ = try $0.tensor().unbind(dim: $0.int) }),
    ("narrow", { _ = try $0.tensor().narrow(dim: $0.int, start: $0.int, length: $0.int) }),
    ("narrow.Tensor", { _ = try $0.tensor().narrow(dim: $0.int, start: $0.indices(), length: $0.int) }),
    ("select", { _ = try $0.tensor().select(dim: $0.int, index: $0.int) }),
    (
        "slice",
        { _ = try $0.tensor().slice(dim: $0.int, start: $0.optional($0.int), end: $0.optional($0.int), step: $0.int) }
    ),
    (
        "contiguous",
        { _ = try $0.tensor().contiguous(memoryFormat: MemoryFormat(rawValue: Int32($0.pick([0, 1, 2, 3, 9])))) }
    ),
    ("clone", { _ = try $0.tensor().clone(memoryFormat: MemoryFormat(rawValue: Int32($0.pick([0, 1, 2, 3, 9])))) }),
    ("movedim", { _ = try $0.tensor().movedim(source: $0.ints, destination: $0.ints) }),
    ("broadcastTo", { _ = try $0.tensor().broadcastTo($0.sizes) }),
    ("triu", { _ = try $0.tensor().triu(diagonal: $0.int) }),
    ("diagonal", { _ = try $0.tensor().diagonal(offset: $0.int, dim1: $0.int, dim2: $0.int) }),
    ("diag", { _ = try $0.tensor().diag(diagonal: $0.pick([-1, 0, 1, 3, 1 << 62, .min])) }),
    ("matmul", { _ = try $0.tensor([2, 3]).matmul($0.tensor([3, 2])) }),
    ("mm", { _ = try $0.tensor([2, 3]).mm($0.tensor([3, 2])) }),
    ("bmm", { _ = try $0.tensor([2, 2, 3]).bmm($0.tensor([2, 3, 2])) }),
    ("mv", { _ = try $0.tensor([2, 3]).mv($0.tensor([3])) }),
    ("dot", { _ = try $0.tensor([3]).dot($0.tensor([3])) }),
    ("outer", { _ = try $0.tensor([3]).outer($0.tensor([2])) }),
    ("addmm", { _ = try $0.tensor([2]).addmm($0.tensor([2, 3]), $0.tensor([3, 2]), beta: $0.scalar) }),
    (
        "baddbmm",
        { _ = try $0.tensor([2, 2, 2]).baddbmm($0.tensor([2, 2, 3]), $0.tensor([2, 3, 2])) }
    ),
    (
        "einsum",
        {
            let equation = $0.pick([
                "ij,jk->ik", "ii", "i,j", "...i->i", "ij->ji", "", "->", "i,,j", "é", "ijk->kk", "ab",
            ])
            _ = try Tensor.einsum(equation, $0.tensors())
        }
    ),
]

let fuzzedIndexing: FuzzedCalls = [
    ("subscript", { _ = try $0.tensor()[$0.int, .slice($0.optional($0.int), $0.optional($0.int), step: $0.int)] }),
    ("subscript.Tensor", { _ = try $0.tensor()[$0.indices(), .newAxis, $0.indices()] }),
    ("subscript.mask", { _ = try $0.tensor()[.ellipsis, $0.mask()] }),
    ("indexSelect", { _ = try $0.tensor().indexSelect(dim: $0.int, index: $0.indices()) }),
    ("gather", { _ = try $0.tensor().gather(dim: $0.int, index: $0.indices()) }),
    ("scatter", { _ = try $0.tensor().scatter(dim: $0.int, index: $0.indices(), src: $0.tensor()) }),
    ("scatter.value", { _ = try $0.tensor().scatter(dim: $0.int, index: $0.indices(), value: $0.scalar) }),
    (
        "scatter.reduce",
        {
            _ = try $0.tensor().scatter(
                dim: $0.int, index: $0.indices(), src: $0.tensor(), reduce: $0.pick([.add, .multiply]))
        }
    ),
    ("scatterAdd", { _ = try $0.tensor().scatterAdd(dim: $0.int, index: $0.indices(), src: $0.tensor()) }),
    ("take", { _ = try $0.tensor().take(index: $0.indices()) }),
    ("takeAlongDim", { _ = try $0.tensor().takeAlongDim(indices: $0.indices(), dim: $0.optional($0.int)) }),
    ("nonzero", { _ = try $0.tensor().nonzero() }),
    ("sort", { _ = try $0.tensor().sort(dim: $0.int, descending: $0.bool) }),
    ("argsort", { _ = try $0.tensor().argsort(stable: $0.bool, dim: $0.int, descending: $0.bool) }),
    ("topk", { _ = try $0.tensor().topk(k: $0.int, dim: $0.int, largest: $0.bool, sorted: $0.bool) }),
    ("bincount", { _ = try $0.tensor(.int64).bincount(weights: $0.optional($0.tensor()), minlength: $0.int) }),
    ("bucketize", { _ = try Tensor.bucketize($0.tensor(), $0.tensor([3]), outInt32: $0.bool) }),
    (
        "searchsorted",
        {
            _ = try Tensor.searchsorted(
                $0.tensor([3]), $0.tensor(), right: $0.bool, sorter: $0.optional($0.indices()))
        }
    ),
    ("histc", { _ = try $0.tensor().histc(bins: $0.int, min: $0.scalar, max: $0.scalar) }),
    ("oneHot", { _ = try Tensor.oneHot($0.indices(), numClasses: $0.int) }),
    (
        "indexAdd",
        { _ = try $0.tensor().indexAdd(dim: $0.int, index: $0.indices(), source: $0.tensor(), alpha: $0.scalar) }
    ),
    ("indexFill", { _ = try $0.tensor().indexFill(dim: $0.int, index: $0.indices(), value: $0.scalar) }),
    ("indexCopy", { _ = try $0.tensor().indexCopy(dim: $0.int, index: $0.indices(), source: $0.tensor()) }),
    ("maskedScatter", { _ = try $0.tensor().maskedScatter(mask: $0.mask(), source: $0.tensor()) }),
]
